// Stored form of counters and high marks: a signed 64-bit integer, big-endian two's complement, 8
// bytes.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace noded::storage {

using NumberBytes = std::array<char, 8>;

inline NumberBytes encode_number(std::int64_t number) noexcept {
  std::uint64_t bits = std::bit_cast<std::uint64_t>(number);
  if constexpr (std::endian::native == std::endian::little) bits = __builtin_bswap64(bits);
  return std::bit_cast<NumberBytes>(bits);
}

// Empty when `bytes` is not such a number.
inline std::optional<std::int64_t> decode_number(std::string_view bytes) noexcept {
  if (bytes.size() != sizeof(NumberBytes)) return std::nullopt;
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), sizeof bits);
  if constexpr (std::endian::native == std::endian::little) bits = __builtin_bswap64(bits);
  return std::bit_cast<std::int64_t>(bits);
}

// Sums and marks stop at the ends of the range instead of wrapping.
inline std::int64_t add_saturated(std::int64_t left, std::int64_t right) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(left, right, &sum)) return sum;
  return right > 0 ? INT64_MAX : INT64_MIN;
}

}  // namespace noded::storage
