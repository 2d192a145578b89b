#include "repository/database/row.hpp"

#include "repository/database/row_layout.hpp"

#include <algorithm>

namespace noded::database {
namespace {

using namespace row_layout;

template <class T>
void store(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void append_varint(std::string& out, std::int64_t value) {
  auto bits =
      static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);  // zigzag
  for (; bits >= 0x80; bits >>= 7)
    out.push_back(static_cast<char>((bits & 0x7f) | 0x80));
  out.push_back(static_cast<char>(bits));
}

bool read_varint(std::string_view bytes, std::int64_t& value) {
  if (!bytes.empty() && bytes.size() <= 8) return read_short_varint(bytes, value);
  std::uint64_t bits = 0;
  unsigned shift = 0;
  for (std::size_t i = 0; i < bytes.size() && shift < 64; ++i, shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    bits |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) {
      value = from_zigzag(bits);
      return i + 1 == bytes.size();
    }
  }
  return false;
}

// False when the payload is ill-formed. Before its end lie at least the 8 bytes of the row's
// header, of a table entry and of its type.
bool read_payload(std::string_view payload, ValueView& value) {
  if (payload.empty()) return false;
  const auto type = static_cast<ValueType>(payload.front());
  payload.remove_prefix(1);
  value.type = type;
  if (type == ValueType::kText) [[likely]] {
    value.text = payload;
    return true;
  }
  switch (type) {
    case ValueType::kInteger:
    case ValueType::kTime:
      return read_varint(payload, value.integer);
    case ValueType::kReal:
      if (payload.size() != sizeof value.real) return false;
      value.real = load<double>(payload.data());
      return true;
    case ValueType::kJson:
      value.text = payload;
      return true;
    case ValueType::kUuid:
      value.text = payload;
      return payload.size() == 16;
    case ValueType::kFalse:
    case ValueType::kTrue:
      return payload.empty();
    case ValueType::kText:  // above
    case ValueType::kNull:
      return false;
  }
  return false;
}

void append_payload(std::string& out, const ValueView& value) {
  out.push_back(static_cast<char>(value.type));
  switch (value.type) {
    case ValueType::kInteger:
    case ValueType::kTime:
      append_varint(out, value.integer);
      break;
    case ValueType::kReal:
      store(out, value.real);
      break;
    case ValueType::kText:
    case ValueType::kJson:
    case ValueType::kUuid:
      out.append(value.text);
      break;
    case ValueType::kNull:
    case ValueType::kFalse:
    case ValueType::kTrue:
      break;
  }
}

// The table of a row: where each field's payload lies.
class Table {
 public:
  explicit Table(std::string_view bytes) : bytes_(bytes) {
    if (bytes.size() < kHeaderSize) return;
    const auto format = static_cast<std::uint8_t>(bytes.front());
    if (format != kShortEnds && format != kLongEnds) return;
    is_long_ = format == kLongEnds;
    const std::size_t count = load<std::uint16_t>(bytes.data() + 1);
    if (kHeaderSize + count * stride() > bytes.size()) return;
    count_ = count;
  }

  std::size_t size() const { return count_; }
  std::uint16_t id(std::size_t i) const { return load<std::uint16_t>(entry(i)); }
  // Empty when ill-formed: no payload is empty, for each has its type.
  std::string_view payload(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : end(i - 1);
    const std::size_t stop = end(i);
    const std::size_t base = kHeaderSize + count_ * stride();
    if (begin > stop || base + stop > bytes_.size()) return {};
    return bytes_.substr(base + begin, stop - begin);
  }
  std::size_t stop_of_last() const { return count_ == 0 ? 0 : end(count_ - 1); }
  std::size_t base() const { return kHeaderSize + count_ * stride(); }

 private:
  std::size_t stride() const { return is_long_ ? 6 : 4; }
  const char* entry(std::size_t i) const { return bytes_.data() + kHeaderSize + i * stride(); }
  std::size_t end(std::size_t i) const {
    return is_long_ ? load<std::uint32_t>(entry(i) + 2) : load<std::uint16_t>(entry(i) + 2);
  }

  std::string_view bytes_;
  std::size_t count_ = 0;
  bool is_long_ = false;
};

}  // namespace

ValueView RowView::field(std::uint16_t id) const {
  ValueView
      value;  // the one that is returned, on each path: a copy would wait for its parts' stores
  const std::string_view payload = payload_of(bytes_, id);
  if (!payload.empty() && !read_payload(payload, value)) value = {};
  return value;
}

bool RowView::is_well_formed() const {
  const Table table(bytes_);
  if (bytes_.size() < kHeaderSize || table.base() + table.stop_of_last() != bytes_.size())
    return false;
  if (table.size() != load<std::uint16_t>(bytes_.data() + 1)) return false;
  for (std::size_t i = 0; i < table.size(); ++i) {
    ValueView value;
    if (i > 0 && table.id(i - 1) >= table.id(i)) return false;
    if (!read_payload(table.payload(i), value)) return false;
  }
  return true;
}

RowBuilder::RowBuilder(const RowView& row) {
  const Table table(row.bytes());
  fields_.reserve(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    ValueView value;
    if (read_payload(table.payload(i), value)) fields_.emplace_back(table.id(i), Value(value));
  }
}

void RowBuilder::set(std::uint16_t id, const ValueView& value) {
  const auto at = std::lower_bound(
      fields_.begin(),
      fields_.end(),
      id,
      [](const auto& field, std::uint16_t wanted) { return field.first < wanted; }
  );
  const bool found = at != fields_.end() && at->first == id;
  if (value.is_null()) {
    if (found) fields_.erase(at);
  } else if (found) {
    at->second = Value(value);
  } else {
    fields_.emplace(at, id, Value(value));
  }
}

std::string RowBuilder::build() const {
  std::string payload;
  std::vector<std::size_t> ends;
  ends.reserve(fields_.size());
  for (const auto& [id, value] : fields_) {
    append_payload(payload, value.view());
    ends.push_back(payload.size());
  }
  const bool is_long = payload.size() > 0xffff;
  std::string out;
  out.reserve(kHeaderSize + fields_.size() * 6 + payload.size());
  out.push_back(static_cast<char>(is_long ? kLongEnds : kShortEnds));
  store(out, static_cast<std::uint16_t>(fields_.size()));
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    store(out, fields_[i].first);
    if (is_long) {
      store(out, static_cast<std::uint32_t>(ends[i]));
    } else {
      store(out, static_cast<std::uint16_t>(ends[i]));
    }
  }
  out.append(payload);
  return out;
}

}  // namespace noded::database
