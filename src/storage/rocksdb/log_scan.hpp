// Reads the log files of RocksDB to tell what a power cut leaves from damage. RocksDB's own
// recovery stops at the first record that it cannot read, whatever lies behind it.
//
// Layout (RocksDB, db/log_format.h and "Write Ahead Log File Format" of its wiki): blocks of 32
// KiB, each a row of fragments, the last up to six bytes of a block unused:
//   u32 checksum · u16 length · u8 type (1 whole, 2 first, 3 middle, 4 last) · payload
// Numbers are little-endian. The checksum is CRC-32C of type and payload, rotated right by 15, plus
// 0xa282ead8. A record is a batch: u64 sequence of its first entry · u32 entries · ...
//
// One record is written and synced before the next one begins. Hence after a power cut at most the
// last one lacks something: the file is short, or sectors of it were never written and are zero.
// A bad place that looks otherwise, or that has the begin of a good record behind it, is damage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::storage {

class LogScan {
 public:
  static constexpr std::size_t kBlockBytes = 32 * 1024;

  // The next block of the file; only the last one may be shorter than kBlockBytes.
  void read(std::string_view block, bool is_last);

  // Where the first bad place begins, in bytes from the begin of the file.
  std::optional<std::uint64_t> bad_place() const noexcept { return bad_place_; }
  // The bad place is nothing that a power cut leaves.
  bool is_damaged() const noexcept { return is_damaged_; }
  // Of the good records before the bad place; 0 when there is none.
  std::uint64_t first_sequence() const noexcept { return first_sequence_; }
  std::uint64_t next_sequence() const noexcept { return next_sequence_; }

 private:
  struct Fragment {
    std::uint8_t type = 0;
    std::string_view payload;
  };

  static std::optional<Fragment> fragment_at(std::string_view block, std::size_t at);
  void note(const Fragment& fragment);
  void note_bad(std::string_view block, std::size_t at, bool is_last);
  static std::size_t find_fragment(std::string_view block, std::size_t from);

  std::uint64_t offset_ = 0;  // of the next block
  std::optional<std::uint64_t> bad_place_;
  bool is_damaged_ = false;
  std::uint64_t first_sequence_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::uint64_t pending_next_ = 0;  // of a record whose last fragment has not come; 0 for none
};

}  // namespace noded::storage
