// Mending: one flaw of the store put right inside a transaction. Each looks again, into the read
// set, at all that it relies on: what was mended meanwhile, or written by others, stays as it is.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace noded::database {

// What is to be mended. Numbers and not pointers: the schema may change before it is.
struct Damage {
  enum class Kind : std::uint8_t { kMissingEntry, kStaleEntry, kCount, kIdentifier };
  Kind kind;
  std::uint32_t number = 0;  // of the index, or of the entity
  std::string key;           // kMissingEntry: of the row; kStaleEntry: of the entry, whole
  std::int64_t amount = 0;   // kCount: what to add; kIdentifier: the greatest key
};

// How an entry of an index stands to the row that it names.
enum class EntryState : std::uint8_t {
  kRight,
  kNoRow,
  kOtherValues,
  kUnreadableRow,  // nobody can tell
  kIllFormed,      // names no row
};

// The key of the row that an entry names; empty when it names none.
std::string_view row_of_entry(const Index& index, std::string_view entry, std::string_view value);

// Of an entry with its value. Into the read set if `guards`.
Result<EntryState> state_of(
    Transaction& transaction,
    std::uint16_t application,
    const Index& index,
    std::string_view entry,
    std::string_view value,
    bool guards
);

// False when there was nothing to mend any more, or another row has the values.
Result<bool> mend(
    Transaction& transaction, std::uint16_t application, const Schema& schema, const Damage& damage
);

}  // namespace noded::database
