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

// RFC 9562 §5.7: 48 bits of time, version, 12 random bits, variant, 62 random bits.
void append_uuid_v7(std::string& out, WallTime now) {
  const auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const std::uint64_t high = (milliseconds << 16) | 0x7000 | (random_bits() & 0x0fff);
  const std::uint64_t low = (std::uint64_t{1} << 63) | (random_bits() >> 2);
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.reserve(out.size() + 36);
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) out += '-';
    const std::uint64_t half = nibble < 16 ? high : low;
    out += kDigits[(half >> (60 - 4 * (nibble % 16))) & 0xf];
  }
}

}  // namespace

bool is_request_id(std::string_view text) noexcept {
  const auto allowed = [](char c) {
    return codec::is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

std::string make_request_id(WallTime now) {
  std::string id;
  append_uuid_v7(id, now);
  return id;
}

void assign_request_id(http::Request& request, WallTime now) {
  const std::string_view sent = request.header("x-request-id");
  request.request_id.clear();
  if (is_request_id(sent))
    request.request_id = sent;
  else
    append_uuid_v7(request.request_id, now);
}

}  // namespace noded::gateway
