// The bytes of a row (row.hpp says their format), for those who read one field from each of many
// rows.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace noded::database::row_layout {

constexpr std::uint8_t kShortEnds = 1;
constexpr std::uint8_t kLongEnds = 2;
constexpr std::size_t kHeaderSize = 3;

static_assert(
    std::endian::native == std::endian::little,
    "rows are little-endian; add byte swaps for this machine"
);

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline std::int64_t from_zigzag(std::uint64_t bits) {
  return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
}

// A varint of all of `bytes`, 1 to 8 of them, of which at least 8 before their end may be read. No
// branch depends on the number: filters read one from each row, and a guess wrong half of the time
// costs more than the rest.
inline bool read_short_varint(std::string_view bytes, std::int64_t& value) {
  constexpr std::uint64_t kMore = 0x8080'8080'8080'8080;  // on each byte but the last
  const auto unused = static_cast<unsigned>(8 * (8 - bytes.size()));
  std::uint64_t bits = load<std::uint64_t>(bytes.data() + bytes.size() - 8) >> unused;
  const bool is_well_formed =
      (bits & kMore) == (kMore >> unused & ~(std::uint64_t{0x80} << (56 - unused)));
  bits &= ~kMore;
  bits = (bits & 0x7f00'7f00'7f00'7f00) >> 1 | (bits & 0x007f'007f'007f'007f);
  bits = (bits & 0x3fff'0000'3fff'0000) >> 2 | (bits & 0x0000'3fff'0000'3fff);
  bits = (bits & 0x0fff'ffff'0000'0000) >> 4 | (bits & 0x0000'0000'0fff'ffff);
  value = from_zigzag(bits);
  return is_well_formed;
}

template <class End>
std::string_view find_payload(std::string_view bytes, std::uint16_t id) {
  constexpr std::size_t kStride = sizeof id + sizeof(End);
  const std::size_t base = kHeaderSize + load<std::uint16_t>(bytes.data() + 1) * kStride;
  if (base > bytes.size()) return {};
  std::size_t begin = 0;
  const char* const last = bytes.data() + base;
  for (const char* entry = bytes.data() + kHeaderSize; entry < last; entry += kStride) {
    const auto here = load<std::uint16_t>(entry);
    const std::size_t end = load<End>(entry + sizeof id);
    if (here >= id) {
      const bool is_there = here == id && begin <= end && base + end <= bytes.size();
      return is_there ? bytes.substr(base + begin, end - begin) : std::string_view();
    }
    begin = end;
  }
  return {};
}

// The payload of a field: its type, then its value. Empty when the field is absent or the row is
// ill-formed.
inline std::string_view payload_of(std::string_view row, std::uint16_t id) {
  if (row.size() < kHeaderSize) return {};
  const auto format = static_cast<std::uint8_t>(row.front());
  if (format == kShortEnds) return find_payload<std::uint16_t>(row, id);
  return format == kLongEnds ? find_payload<std::uint32_t>(row, id) : std::string_view();
}

}  // namespace noded::database::row_layout
