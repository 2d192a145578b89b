#include "codec/cbor.hpp"

#include "codec/text.hpp"

#include <algorithm>
#include <limits>

namespace noded::codec {
namespace {

// RFC 8949 §3: the major type is in the three high bits of an item's first byte.
enum class Major : std::uint8_t {
  kUnsigned,
  kNegative,
  kBytes,
  kText,
  kArray,
  kMap,
  kTag,
  kSimple
};

// The low five bits: a value below 24 is the argument itself, 24 to 27 say how many bytes it has.
constexpr unsigned kFirstLong = 24;
constexpr unsigned kLastLong = 27;
constexpr unsigned kIndefinite = 31;

constexpr std::uint64_t kFalse = 20;
constexpr std::uint64_t kTrue = 21;
constexpr std::uint64_t kNull = 22;

struct Head {
  Major major = Major::kSimple;
  unsigned low = 0;
  std::uint64_t argument = 0;
};

std::unexpected<Error> malformed(std::string_view what, std::size_t position) {
  std::string message = "Malformed CBOR: ";
  message += what;
  message += " at byte " + std::to_string(position);
  return fail(Errc::kInvalid, std::move(message));
}

class Reader {
 public:
  Reader(std::string_view input, const CborLimits& limits) : input_(input), limits_(limits) {}

  std::size_t position() const { return position_; }

  Result<CborValue> read(std::size_t depth) {
    const auto head = read_head();
    if (!head) return std::unexpected(head.error());
    switch (head->major) {
      case Major::kUnsigned:
      case Major::kNegative: {
        const auto number = integer_of(*head);
        if (!number) return std::unexpected(number.error());
        return CborValue(*number);
      }
      case Major::kBytes: {
        const auto data = take(head->argument);
        if (!data) return std::unexpected(data.error());
        return CborValue(CborValue::Bytes{*data});
      }
      case Major::kText: {
        const auto text = take_text(head->argument);
        if (!text) return std::unexpected(text.error());
        return CborValue(CborValue::Text{*text});
      }
      case Major::kArray:
        return read_array(head->argument, depth + 1);
      case Major::kMap:
        return read_map(head->argument, depth + 1);
      case Major::kSimple:
        return simple_of(*head);
      case Major::kTag:
        break;
    }
    return refuse("a tag is not allowed");
  }

  std::unexpected<Error> refuse(std::string_view what) const { return malformed(what, start_); }

 private:
  Result<Head> read_head() {
    start_ = position_;
    if (position_ == input_.size()) return refuse("the input ends");
    const auto first = static_cast<unsigned char>(input_[position_++]);
    Head head{.major = static_cast<Major>(first >> 5), .low = first & 0x1fU, .argument = 0};
    head.argument = head.low;
    if (head.low < kFirstLong) return head;
    if (head.low == kIndefinite) return refuse("an indefinite length is not allowed");
    if (head.low > kLastLong) return refuse("a reserved length");
    const std::size_t count = std::size_t{1} << (head.low - kFirstLong);
    if (input_.size() - position_ < count) return refuse("the input ends");
    head.argument = 0;
    for (std::size_t index = 0; index < count; ++index) {
      head.argument = head.argument << 8 | static_cast<unsigned char>(input_[position_++]);
    }
    // Of a floating-point number the bytes are no argument; it is refused as such.
    const bool is_shortest =
        count == 1 ? head.argument >= kFirstLong : head.argument >> (count * 4) != 0;
    if (head.major != Major::kSimple && !is_shortest) {
      return refuse("a number that is not in its shortest form");
    }
    return head;
  }

  Result<std::int64_t> integer_of(const Head& head) const {
    if (head.argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
      return refuse("an integer beyond 64 bits with sign");
    }
    const auto value = static_cast<std::int64_t>(head.argument);
    return head.major == Major::kNegative ? -1 - value : value;
  }

  Result<CborValue> simple_of(const Head& head) const {
    if (head.low < kFirstLong) {
      if (head.argument == kFalse) return CborValue(false);
      if (head.argument == kTrue) return CborValue(true);
      if (head.argument == kNull) return CborValue(nullptr);
    }
    return refuse("a simple value other than false, true and null is not allowed");
  }

  Result<std::string_view> take(std::uint64_t size) {
    if (size > input_.size() - position_) return refuse("a string longer than the input");
    const std::string_view taken = input_.substr(position_, size);
    position_ += size;
    return taken;
  }

  Result<std::string_view> take_text(std::uint64_t size) {
    const auto text = take(size);
    if (text && !is_valid_utf8(*text)) return refuse("text that is not UTF-8");
    return text;
  }

  Result<CborValue> read_array(std::uint64_t count, std::size_t depth) {
    if (depth > limits_.max_depth) return refuse("an item nested too deep");
    if (count > input_.size() - position_) return refuse("an array longer than the input");
    CborValue::Array items;
    items.reserve(count);
    for (std::uint64_t index = 0; index < count; ++index) {
      auto item = read(depth);
      if (!item) return item;
      items.push_back(std::move(*item));
    }
    return CborValue(std::move(items));
  }

  Result<CborValue> read_map(std::uint64_t count, std::size_t depth) {
    if (depth > limits_.max_depth) return refuse("an item nested too deep");
    if (count > (input_.size() - position_) / 2) return refuse("a map longer than the input");
    const std::size_t first = start_;
    CborValue::Map members;
    members.reserve(count);
    for (std::uint64_t index = 0; index < count; ++index) {
      auto key = read_key();
      if (!key) return std::unexpected(key.error());
      auto value = read(depth);
      if (!value) return value;
      members.push_back({.key = *key, .value = std::move(*value)});
    }
    if (!are_distinct(members)) {
      start_ = first;
      return refuse("a map with a key twice");
    }
    return CborValue(std::move(members));
  }

  Result<decltype(CborMember::key)> read_key() {
    const auto head = read_head();
    if (!head) return std::unexpected(head.error());
    if (head->major == Major::kText) {
      const auto text = take_text(head->argument);
      if (!text) return std::unexpected(text.error());
      return *text;
    }
    if (head->major != Major::kUnsigned && head->major != Major::kNegative) {
      return refuse("a key that is neither an integer nor text");
    }
    const auto number = integer_of(*head);
    if (!number) return std::unexpected(number.error());
    return *number;
  }

  static bool are_distinct(const CborValue::Map& members) {
    std::vector<decltype(CborMember::key)> keys;
    keys.reserve(members.size());
    for (const CborMember& member : members)
      keys.push_back(member.key);
    std::ranges::sort(keys);
    return std::ranges::adjacent_find(keys) == keys.end();
  }

  std::string_view input_;
  const CborLimits& limits_;
  std::size_t position_ = 0;
  std::size_t start_ = 0;  // of the item being read, for messages
};

template <class T>
std::optional<T> value_if(const CborValue::Content& content) {
  const T* value = std::get_if<T>(&content);
  return value ? std::optional<T>(*value) : std::nullopt;
}

template <class Key>
const CborValue* find_in(const CborValue::Map* map, Key key) {
  if (!map) return nullptr;
  for (const CborMember& member : *map) {
    const Key* candidate = std::get_if<Key>(&member.key);
    if (candidate && *candidate == key) return &member.value;
  }
  return nullptr;
}

}  // namespace

CborValue::CborValue() noexcept : content_(nullptr) {}

CborValue::CborValue(Content content) : content_(std::move(content)) {}

bool CborValue::is_null() const noexcept {
  return std::holds_alternative<std::nullptr_t>(content_);
}

std::optional<bool> CborValue::boolean() const noexcept {
  return value_if<bool>(content_);
}

std::optional<std::int64_t> CborValue::integer() const noexcept {
  return value_if<std::int64_t>(content_);
}

std::optional<std::string_view> CborValue::bytes() const noexcept {
  const Bytes* value = std::get_if<Bytes>(&content_);
  return value ? std::optional(value->data) : std::nullopt;
}

std::optional<std::string_view> CborValue::text() const noexcept {
  const Text* value = std::get_if<Text>(&content_);
  return value ? std::optional(value->data) : std::nullopt;
}

const CborValue::Array* CborValue::array() const noexcept {
  return std::get_if<Array>(&content_);
}

const CborValue::Map* CborValue::map() const noexcept {
  return std::get_if<Map>(&content_);
}

const CborValue* CborValue::find(std::int64_t key) const noexcept {
  return find_in(map(), key);
}

const CborValue* CborValue::find(std::string_view key) const noexcept {
  return find_in(map(), key);
}

Result<CborFront> parse_cbor_front(std::string_view input, const CborLimits& limits) {
  Reader reader(input, limits);
  auto value = reader.read(0);
  if (!value) return std::unexpected(std::move(value.error()));
  return CborFront{.value = std::move(*value), .size = reader.position()};
}

Result<CborValue> parse_cbor(std::string_view input, const CborLimits& limits) {
  auto front = parse_cbor_front(input, limits);
  if (!front) return std::unexpected(std::move(front.error()));
  if (front->size != input.size()) {
    return malformed("more bytes after the item", front->size);
  }
  return std::move(front->value);
}

}  // namespace noded::codec
