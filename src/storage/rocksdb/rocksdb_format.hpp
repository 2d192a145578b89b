// What the engine `rocksdb` notes about a store as a whole, under 'm' + name:
//   "format"     "noded " + decimal version of all that lies in it, first of all written, so that a
//                newer store is refused by name
//   "sequence"   the last commit, as a number (number.hpp); written with each group of commits
//   "migration"  "noded " + the version that a migration under way leads to: its backup is made
#pragma once

#include "noded/result.hpp"

#include <rocksdb/db.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::storage {

inline constexpr std::uint32_t kStoreFormat = 2;

inline constexpr std::string_view kFormatNote = "mformat";
inline constexpr std::string_view kSequenceNote = "msequence";
inline constexpr std::string_view kMigrationNote = "mmigration";

// "noded 2", and back; empty when the note is none.
std::string format_note(std::uint32_t format);
std::optional<std::uint32_t> parse_store_format(std::string_view note);

// What a failure to open or read a store is to the caller; names the directory.
Error open_error(const rocksdb::Status& status, const std::string& directory);

// Empty when there is no such note. Errors are those of open_error().
Result<std::optional<std::string>> read_note(
    rocksdb::DB& db, std::string_view name, const std::string& directory
);

// The format of a store of noded; that of an empty one becomes kStoreFormat. kInvalid: somebody
// else's store, or a newer format; kInternal: the note is damaged.
Result<std::uint32_t> check_format(rocksdb::DB& db, const std::string& directory);

}  // namespace noded::storage
