#include "repository/database/change.hpp"

#include <cstring>

namespace noded::database {
namespace {

constexpr char kFormat = 2;
constexpr std::size_t kTimeAt = 1 + 1;
constexpr std::size_t kEntityAt = kTimeAt + 8;
constexpr std::size_t kFixedSize = kEntityAt + 4 + 1;

template <class Number>
void append_number(std::string& out, Number value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class Number>
Number read_number(const char* at) {
  Number value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

std::string encode(const Change& change) {
  std::string out;
  out.reserve(kFixedSize + 16 + 4 + change.before.size() + change.after.size());
  out.push_back(kFormat);
  out.push_back(static_cast<char>(change.kind));
  append_number(out, change.time_ms);
  append_number(out, change.entity);
  out.push_back(static_cast<char>(change.key.bytes().size()));
  out.append(change.key.bytes());
  append_number(out, static_cast<std::uint32_t>(change.before.size()));
  out.append(change.before);
  out.append(change.after);
  return out;
}

Result<Change> decode_change(std::string_view bytes) {
  const auto damaged = [] {
    return fail(Errc::kInternal, "damaged entry in the change feed");
  };
  if (bytes.size() < kFixedSize || bytes[0] != kFormat) return damaged();
  const auto kind = static_cast<std::uint8_t>(bytes[1]);
  const std::size_t key_size = static_cast<unsigned char>(bytes[kFixedSize - 1]);
  if (kind < 1 || kind > 3 || (key_size != 8 && key_size != 16)) return damaged();
  const std::size_t rows_at = kFixedSize + key_size + 4;
  if (bytes.size() < rows_at) return damaged();
  const std::size_t before_size = read_number<std::uint32_t>(bytes.data() + rows_at - 4);
  if (bytes.size() - rows_at < before_size) return damaged();
  return Change{
      static_cast<Change::Kind>(kind),
      read_number<std::int64_t>(bytes.data() + kTimeAt),
      read_number<std::uint32_t>(bytes.data() + kEntityAt),
      RowKey::from_bytes(bytes.substr(kFixedSize, key_size)),
      bytes.substr(rows_at, before_size),
      bytes.substr(rows_at + before_size),
  };
}

}  // namespace noded::database
