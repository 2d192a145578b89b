#include "crypto/passkey/der_reader.hpp"

namespace noded::passkey {
namespace {

constexpr unsigned kTagBits = 0x1f;  // all set: the number follows in base 128
constexpr unsigned kMore = 0x80;
constexpr int kMaxTagBytes = 4;
constexpr unsigned kMaxLengthBytes = 4;

}  // namespace

std::optional<unsigned> DerReader::take_byte() noexcept {
  if (rest_.empty()) return std::nullopt;
  const auto byte = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return byte;
}

std::optional<std::uint32_t> DerReader::take_long_tag() noexcept {
  std::uint32_t number = 0;
  for (int count = 0; count < kMaxTagBytes; ++count) {
    const auto byte = take_byte();
    if (!byte || (count == 0 && *byte == kMore)) return std::nullopt;
    number = number << 7 | (*byte & ~kMore);
    if ((*byte & kMore) == 0) return number < kTagBits ? std::nullopt : std::optional(number);
  }
  return std::nullopt;
}

std::optional<std::size_t> DerReader::take_length() noexcept {
  const auto first = take_byte();
  if (!first || *first < kMore) return first;
  const unsigned count = *first & ~kMore;
  if (count == 0 || count > kMaxLengthBytes) return std::nullopt;
  std::size_t length = 0;
  for (unsigned index = 0; index < count; ++index) {
    const auto byte = take_byte();
    if (!byte || (index == 0 && *byte == 0)) return std::nullopt;
    length = length << 8 | *byte;
  }
  return length < kMore ? std::nullopt : std::optional(length);
}

std::optional<DerItem> DerReader::next() noexcept {
  const auto first = take_byte();
  if (!first) return std::nullopt;
  std::optional<std::uint32_t> number = *first & kTagBits;
  if (*number == kTagBits) number = take_long_tag();
  if (!number) return std::nullopt;
  const auto length = take_length();
  if (!length || *length > rest_.size()) return std::nullopt;
  const DerItem item{
      .kind = static_cast<std::uint8_t>(*first & ~kTagBits),
      .number = *number,
      .content = rest_.substr(0, *length)
  };
  rest_.remove_prefix(*length);
  return item;
}

std::optional<std::string_view> DerReader::next(std::uint8_t kind, std::uint32_t number) noexcept {
  const auto item = next();
  if (!item || item->kind != kind || item->number != number) return std::nullopt;
  return item->content;
}

std::optional<std::string_view> only_der_item(
    std::string_view input, std::uint8_t kind, std::uint32_t number
) noexcept {
  DerReader reader(input);
  const auto content = reader.next(kind, number);
  return reader.is_at_end() ? content : std::nullopt;
}

}  // namespace noded::passkey
