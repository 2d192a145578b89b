// What a backup says about itself, kept by RocksDB beside its files: "noded 2 1732190000123", the
// format of the store in it and the time it was begun, in milliseconds since 1970. Those of the
// first noded say nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::storage {

struct BackupNote {
  std::uint32_t format = 0;
  std::int64_t made_at_ms = 0;
  friend bool operator==(const BackupNote&, const BackupNote&) = default;
};

std::string to_text(const BackupNote& note);
// Empty when `text` is none.
std::optional<BackupNote> parse_backup_note(std::string_view text);

}  // namespace noded::storage
