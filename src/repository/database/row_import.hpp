// RowImport: takes rows of another database as they are: with their keys, without defaults and
// without the rules of writing. A row that was stored before a rule became stricter is read all the
// same, so it is moved all the same. What cannot be a value of its field is refused with its row.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::database {

class Access;

struct RefusedRow {
  std::string key;    // text of the primary key as given
  std::string field;  // empty: the row as a whole
  std::string why;
};

// The columns of the rows that are given, in their order.
struct ImportColumns {
  const Entity* entity = nullptr;
  std::size_t key = 0;               // position of the primary key
  std::vector<const Field*> fields;  // null: the key, or the entity has no such field
  std::vector<std::string> unknown;  // names of the latter
};
// Errors: kInvalid when the primary key is not among `names`, or a name is there twice.
Result<ImportColumns> import_columns(const Entity& entity, std::span<const std::string> names);

// Of keys and rows, whatever their order: the sum of a 64-bit hash of each, which means something
// within one process only. Tells whether what was given is what is stored.
class RowChecksum {
 public:
  void add(const RowKey& key, std::string_view row);
  std::uint64_t number() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

// Synchronous, over one transaction that the caller commits; one thread at a time.
class RowImport {
 public:
  // `now_ms`: since 1970, of the changes for the feed. `access`, if there is one, is told of what
  // is written.
  RowImport(
      std::uint16_t application,
      Transaction& transaction,
      std::int64_t now_ms,
      const Access* access = nullptr
  )
      : application_(application), transaction_(transaction), now_ms_(now_ms), access_(access) {}

  struct Taken {
    std::uint64_t rows = 0;
    std::vector<RefusedRow> refused;
    RowChecksum checksum;  // of those taken
  };
  enum class Uniqueness : std::uint8_t {
    kExpected,  // a value that a unique index has already is the error kExists
    kChecked,   // such a row is refused; costs a look into each unique index before
  };
  // Puts the rows, each an array of as many values as there are columns. References are not looked
  // up: see mend_references(). Errors: kExists, see Uniqueness; the transaction must not be
  // committed after an error.
  Result<Taken> put(const ImportColumns& columns, const json::array& rows, Uniqueness uniqueness);

  struct Walk {
    std::uint64_t rows = 0;
    std::optional<RowKey> next;       // where to go on; empty at the end
    std::vector<RefusedRow> refused;  // references to rows that are not there: they are null now
    RowChecksum checksum;             // of the rows as they were before that
  };
  // Walks up to `limit` rows from `from` on.
  Result<Walk> mend_references(
      const Entity& entity, const std::optional<RowKey>& from, std::size_t limit
  );

  // Makes the next key of `entity` follow `highest`, if it would come before.
  Result<> continue_keys_after(const Entity& entity, std::int64_t highest);

 private:
  struct Row;
  Result<std::optional<RefusedRow>> objection_to(
      const ImportColumns& columns, const Row& row, Uniqueness uniqueness, bool is_behind_all
  );
  Result<std::optional<RowKey>> last_key(const Entity& entity);
  Result<> mend_row(const Entity& entity, const RowKey& key, const std::string& row, Walk& walk);
  Result<bool> is_dangling(const Field& field, const ValueView& value);

  std::uint16_t application_;
  Transaction& transaction_;
  std::int64_t now_ms_;
  const Access* access_;
};

}  // namespace noded::database
