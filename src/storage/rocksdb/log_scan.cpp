#include "storage/rocksdb/log_scan.hpp"

#include <boost/crc.hpp>

#include <algorithm>

namespace noded::storage {
namespace {

constexpr std::size_t kHeaderBytes = 7;
constexpr std::size_t kSectorBytes = 512;
constexpr std::uint8_t kWhole = 1;
constexpr std::uint8_t kFirst = 2;
constexpr std::uint8_t kLast = 4;

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;)
    number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return number;
}

// `covered` begins with the type.
bool has_checksum(std::string_view covered, std::uint64_t stored) {
  Crc32c crc;
  crc.process_bytes(covered.data(), covered.size());
  const std::uint32_t plain = crc.checksum();
  return ((plain >> 15 | plain << 17) + 0xa282ead8u) == stored;
}

bool is_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte == 0; });
}

// What of the range lies in some sector is zero altogether. `begin` of the block is one of a
// sector.
bool lacks_a_sector(std::string_view block, std::size_t begin, std::size_t end) {
  while (begin < end) {
    const std::size_t next = std::min(end, (begin / kSectorBytes + 1) * kSectorBytes);
    if (is_zero(block.substr(begin, next - begin))) return true;
    begin = next;
  }
  return false;
}

// Whether a power cut can have left the bad place at `at`.
bool looks_torn(std::string_view block, std::size_t at, bool is_last) {
  const std::size_t rest = block.size() - at;
  if (rest < kHeaderBytes) return true;  // the file ends within the header
  const std::size_t length = kHeaderBytes + number_at(block, at + 4, 2);
  const bool is_short = is_last && length > rest;
  if (is_short && !has_checksum(block.substr(at + 6), number_at(block, at, 4))) return true;
  // Where the sector of the header is missing, the length is unknown.
  const std::size_t first_sector = kSectorBytes - at % kSectorBytes;
  const std::size_t extent =
      std::max(length, is_zero(block.substr(at, kHeaderBytes)) ? first_sector : 0);
  return lacks_a_sector(block, at, at + std::min(extent, rest));
}

}  // namespace

std::optional<LogScan::Fragment> LogScan::fragment_at(std::string_view block, std::size_t at) {
  if (block.size() - at < kHeaderBytes) return std::nullopt;
  const std::size_t length = number_at(block, at + 4, 2);
  const auto type = static_cast<std::uint8_t>(block[at + 6]);
  if (type < kWhole || type > kLast || length > block.size() - at - kHeaderBytes)
    return std::nullopt;
  if (!has_checksum(block.substr(at + 6, length + 1), number_at(block, at, 4))) return std::nullopt;
  return Fragment{type, block.substr(at + kHeaderBytes, length)};
}

std::size_t LogScan::find_fragment(std::string_view block, std::size_t from) {
  while (from < block.size() && !fragment_at(block, from))
    ++from;
  return from;
}

void LogScan::read(std::string_view block, bool is_last) {
  std::size_t at = 0;
  while (at < block.size() && !is_damaged_) {
    if (const auto fragment = fragment_at(block, at)) {
      note(*fragment);
      at += kHeaderBytes + fragment->payload.size();
      continue;
    }
    if (kBlockBytes - at < kHeaderBytes) break;  // the unused end of a block
    note_bad(block, at, is_last);
    at = find_fragment(block, at + 1);
  }
  offset_ += block.size();
}

void LogScan::note(const Fragment& fragment) {
  const bool begins = fragment.type == kWhole || fragment.type == kFirst;
  if (bad_place_) {
    is_damaged_ = begins;
    return;
  }
  if (begins && fragment.payload.size() >= 12) {
    const std::uint64_t sequence = number_at(fragment.payload, 0, 8);
    if (first_sequence_ == 0) first_sequence_ = sequence;
    pending_next_ = sequence + number_at(fragment.payload, 8, 4);
  }
  if (fragment.type == kWhole || fragment.type == kLast) next_sequence_ = pending_next_;
}

void LogScan::note_bad(std::string_view block, std::size_t at, bool is_last) {
  if (bad_place_) return;
  bad_place_ = offset_ + at;
  is_damaged_ = !looks_torn(block, at, is_last);
}

}  // namespace noded::storage
