#include "storage/rocksdb/backup_note.hpp"

#include "storage/rocksdb/rocksdb_format.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace noded::storage {

std::string to_text(const BackupNote& note) {
  return fmt::format("{} {}", format_note(note.format), note.made_at_ms);
}

std::optional<BackupNote> parse_backup_note(std::string_view text) {
  const std::size_t border = text.rfind(' ');
  if (border == std::string_view::npos) return std::nullopt;
  const auto format = parse_store_format(text.substr(0, border));
  if (!format) return std::nullopt;
  BackupNote note{.format = *format, .made_at_ms = 0};
  const char* const end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data() + border + 1, end, note.made_at_ms);
  if (fault != std::errc() || rest != end || note.made_at_ms < 0) return std::nullopt;
  return note;
}

}  // namespace noded::storage
