// Any bytes as what a backup says about itself, and as the note of a store's format: none, or the
// same when it is written and read again.
#include "storage/rocksdb/backup_note.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::storage;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto note = parse_backup_note(text)) {
    if (note->format == 0 || note->made_at_ms < 0) std::abort();
    if (parse_backup_note(to_text(*note)) != note) std::abort();
  }
  if (const auto format = parse_store_format(text)) {
    if (parse_store_format(format_note(*format)) != format) std::abort();
  }
  return 0;
}
