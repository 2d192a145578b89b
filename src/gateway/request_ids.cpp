#include "gateway/request_ids.hpp"

#include "codec/ascii.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace noded::gateway {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014), seeded once a thread.
std::uint64_t random_bits() {
  thread_local std::uint64_t state = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) ^ device();
  }();
  state += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

// The lowest digits of `number`, the last one at the end.
template <int Digits>
void write_hex(char* out, std::uint64_t number) {
  for (int digit = Digits - 1; digit >= 0; --digit, number >>= 4)
    out[digit] = "0123456789abcdef"[number & 0xf];
}

// RFC 9562 §5.7: 48 bits of time, version, 12 random bits, variant, 62 random bits.
std::string_view write_uuid_v7(WallTime now, std::array<char, 36>& text) {
  const auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const std::uint64_t high = (milliseconds << 16) | 0x7000 | (random_bits() & 0x0fff);
  const std::uint64_t low = (std::uint64_t{1} << 63) | (random_bits() >> 2);
  char* const begin = text.data();
  write_hex<8>(begin, high >> 32);
  write_hex<4>(begin + 9, high >> 16);
  write_hex<4>(begin + 14, high);
  write_hex<4>(begin + 19, low >> 48);
  write_hex<12>(begin + 24, low);
  text[8] = text[13] = text[18] = text[23] = '-';
  return {begin, text.size()};
}

}  // namespace

bool is_request_id(std::string_view text) noexcept {
  const auto allowed = [](char c) {
    return codec::is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

std::string make_request_id(WallTime now) {
  std::array<char, 36> text;
  return std::string(write_uuid_v7(now, text));
}

void assign_request_id(http::Request& request, WallTime now) {
  const std::string_view sent = request.header("x-request-id");
  std::array<char, 36> text;
  request.request_id = is_request_id(sent) ? sent : write_uuid_v7(now, text);
}

}  // namespace noded::gateway
