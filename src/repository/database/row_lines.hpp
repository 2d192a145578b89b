// RowLines: rows as append_row_text() wrote them, or a person, into an entity that may have rows:
// with the rules of writing, but with their keys and without regard to who may fill which field.
// A member that is null is null; one that is absent gets the field's default.
//
// References: a row may refer to one that comes later. Such a reference is left out at first;
// connect() sets it once all rows are there.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::database {

class Access;

enum class OnConflict : std::uint8_t { kFail, kSkip, kReplace };  // with a row of the same key

// Synchronous, over one transaction that the caller commits; one thread at a time. Errors:
// kUnprocessable with members {"row":position,"field":name}: what is wrong with the row at that
// position and what is allowed; the transaction must not be committed then.
class RowLines {
 public:
  // All must outlive it. `access`, if there is one, is told of what is written.
  RowLines(
      std::uint16_t application,
      Transaction& transaction,
      const Entity& entity,
      const Clock& clock,
      const Access* access = nullptr
  )
      : application_(application),
        transaction_(transaction),
        entity_(entity),
        clock_(clock),
        access_(access) {}

  struct Done {
    std::uint64_t created = 0;
    std::uint64_t replaced = 0;
    std::uint64_t skipped = 0;
    std::uint64_t late = 0;  // references left out, since their row is not there yet
  };
  Result<Done> put(const json::array& rows, OnConflict on_conflict);

  // The second look at rows that were put: sets references that were left out. Rows without a key
  // are passed over, references that were changed meanwhile stay. Returns how many it set.
  Result<std::uint64_t> connect(const json::array& rows);

 private:
  struct Row {
    std::optional<RowKey> key;
    RowBuilder values;
    std::vector<std::pair<const Field*, RowKey>> references;
  };
  Result<Row> read(const json::value& given);
  Result<> read_member(const Field& field, const json::value& given, Row& row);
  Result<> read_absent(const json::object& given, Row& row);
  Result<> put_row(Row& row, OnConflict on_conflict, Done& done);
  std::int64_t now_ms() const;
  Result<bool> is_there(const Entity& entity, const RowKey& key);
  Result<bool> connect_row(const Row& row);
  std::unexpected<Error> refused(std::string_view field, std::string_view why) const;

  std::uint16_t application_;
  Transaction& transaction_;
  const Entity& entity_;
  const Clock& clock_;
  const Access* access_;
  std::size_t position_ = 0;        // of the row that is looked at
  std::set<RowKey> in_this_batch_;  // keys given
};

}  // namespace noded::database
