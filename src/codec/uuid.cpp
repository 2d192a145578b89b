#include "codec/hex.hpp"
#include "codec/sodium.hpp"
#include "codec/text.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace noded::codec {
namespace {

// Random bytes in blocks, since each request to the kernel costs more than a UUID.
class RandomBlock {
 public:
  void take(void* out, std::size_t count) {
    if (left_ < count) {
      fill_random(block_.data(), block_.size());
      left_ = block_.size();
    }
    left_ -= count;
    std::memcpy(out, block_.data() + left_, count);
  }

 private:
  std::array<char, 512> block_;
  std::size_t left_ = 0;
};

std::uint64_t random_bits() {
  thread_local RandomBlock block;
  std::uint64_t bits = 0;
  block.take(&bits, sizeof bits);
  return bits;
}

void put_big_endian(char* out, std::uint64_t value, int bytes) {
  for (int index = bytes - 1; index >= 0; --index) {
    out[index] = static_cast<char>(value & 0xff);
    value >>= 8;
  }
}

constexpr bool is_dash(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

constexpr std::uint64_t kCounterBits = 12 + 30;  // rand_a and the head of rand_b

struct Ascending {
  std::uint64_t ms = 0;
  std::uint64_t counter = 0;
};

// RFC 9562 §6.2 method 2: within one millisecond (or when the clock steps back) a random counter
// grows by a random step.
Ascending next_ascending(std::uint64_t now_ms, std::uint64_t random) {
  static std::mutex mutex;
  static Ascending last;
  constexpr std::uint64_t kMask = (1ULL << kCounterBits) - 1;
  const std::lock_guard lock(mutex);
  if (now_ms > last.ms) {
    last = {now_ms, random & (kMask >> 1)};  // the upper half is room to grow
  } else {
    last.counter += 1 + (random & 0xffff);
    if (last.counter > kMask) last = {last.ms + 1, random >> 16 & (kMask >> 1)};
  }
  return last;
}

}  // namespace

std::array<char, 16> make_uuid_v7(std::int64_t unix_ms) {
  const std::uint64_t random = random_bits();
  const auto [ms, counter] =
      next_ascending(static_cast<std::uint64_t>(std::max<std::int64_t>(unix_ms, 0)), random_bits());
  std::array<char, 16> bytes;
  put_big_endian(bytes.data(), ms, 6);
  put_big_endian(bytes.data() + 6, 0x7000 | counter >> 30, 2);
  put_big_endian(bytes.data() + 8, 2ULL << 62 | (counter & 0x3fffffff) << 32 | random >> 32, 8);
  return bytes;
}

std::array<char, 16> make_uuid_v4() {
  std::array<char, 16> bytes;
  put_big_endian(bytes.data(), (random_bits() & ~0xf000ULL) | 0x4000, 8);
  put_big_endian(bytes.data() + 8, (random_bits() & ~(3ULL << 62)) | 2ULL << 62, 8);
  return bytes;
}

std::string uuid_text(std::string_view sixteen_bytes) {
  std::string text(36, '-');
  std::size_t at = 0;
  for (const char c : sixteen_bytes.substr(0, 16)) {
    if (is_dash(at)) ++at;
    const auto byte = static_cast<unsigned char>(c);
    text[at++] = kHexDigits[byte >> 4];
    text[at++] = kHexDigits[byte & 15];
  }
  return text;
}

std::optional<std::array<char, 16>> parse_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  std::array<char, 16> bytes;
  std::size_t at = 0;
  for (char& byte : bytes) {
    if (is_dash(at) && text[at++] != '-') return std::nullopt;
    const unsigned high = hex_value(text[at++]);
    const unsigned low = hex_value(text[at++]);
    if (high > 15 || low > 15) return std::nullopt;
    byte = static_cast<char>(high << 4 | low);
  }
  return bytes;
}

}  // namespace noded::codec
