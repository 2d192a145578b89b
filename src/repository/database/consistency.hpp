// Consistency: whether what an application stored agrees with itself: rows can be read, indices
// hold exactly the rows they should, kept counts and identifiers are right, references have their
// rows, the change feed can be read. The doctor asks; docs/operations_doctor.md says what each
// finding means.
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/database.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace noded::database {

enum class Flaw : std::uint8_t {
  kStore,         // the store cannot read a part of its files
  kRow,           // the bytes of a row, or of its key, are none
  kIndexMissing,  // an index does not list a row
  kIndexStale,    // an index lists a row that is not there or has other values
  kNotUnique,     // two rows have the values that one may have
  kCount,         // the kept count is not the number of rows
  kReference,     // a relation's field names a row that is not there
  kIdentifier,    // a key is higher than the mark of those handed out
  kChange,  // an entry of the change feed cannot be read, is of the future or should be trimmed
};
// "index_missing": stable, for programs.
std::string_view code_of(Flaw flaw);

struct Finding {
  Flaw what = Flaw::kStore;
  std::string entity;    // empty when it belongs to none
  std::string key;       // of the row, or sequence and position of a change; may be empty
  std::string sentence;  // for a person; holds no values of rows
  bool is_mendable = false;
};

// What a person should know although nothing is damaged.
enum class Notice : std::uint8_t {
  kRowsKept,      // rows of an entity that the configuration no longer has
  kPolymorphic,   // rows refer by a polymorphic relation to rows that are not there
  kIndexFilling,  // a change of the schema fills an index, which is not compared yet
};
// "rows_kept": stable, for programs.
std::string_view code_of(Notice notice);

struct Note {
  Notice what = Notice::kRowsKept;
  std::string entity;
  std::uint64_t rows = 0;  // that it is about
  std::string sentence;    // for a person; holds no values of rows
};

struct ConsistencyReport {
  std::uint64_t entities = 0;
  std::uint64_t rows = 0;
  std::uint64_t index_entries = 0;
  std::uint64_t changes = 0;  // of the change feed
  std::vector<Note> notes;
  std::vector<Finding> findings;        // the first kMostFindings of each kind
  std::map<Flaw, std::uint64_t> found;  // all
  std::map<Flaw, std::uint64_t> mended;
};

class Consistency {
 public:
  static constexpr std::uint64_t kMostFindings = 100;
  using Progress = std::function<void(std::uint64_t entries_walked)>;

  // `database` outlives it; `on_progress` is called on the caller's executor.
  explicit Consistency(Database& database, Progress on_progress = {})
      : database_(database), on_progress_(std::move(on_progress)) {}

  // Looks at one snapshot, in short pieces on the store lane, so that others get their turn. An
  // index that is just being filled is only named. Errors are those of the engine; damaged files
  // are a finding instead.
  Task<Result<ConsistencyReport>> check();

  // The same, and mends what can be mended by the way: missing index entries are added, stale ones
  // removed, counts and identifiers corrected. Each mending is a transaction that looks again at
  // what it changes and conflicts with other writers as any write does, so the node may serve
  // meanwhile. `mended` counts; `findings` are what a second look found afterwards.
  Task<Result<ConsistencyReport>> repair();

 private:
  Database& database_;
  Progress on_progress_;
};

}  // namespace noded::database
