// StoredChange: what a running change of the schema keeps in the store, so that the next process
// goes on with it after a crash. All of it are meta records; docs/storage_format.md lists them.
//
//   schema change    {"format":1,"begun":ms,"rows":n,"records":["configuration",…]}
//   schema numbers   the catalogue with the numbers of what is new (see Catalog)
//   schema data      the data configuration that comes into force
//   schema progress  u32 entity · u64 rows done · key of the next row; numbers little-endian
//   schema cleanup   [[index,unique],…]: entries of these indices have yet to be removed
//   schema rate      rows per second of the last fill, decimal
//   next <name>      the record that replaces <name> once all is filled
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace noded::database {

// A meta record: `text` is stored under keys::meta(application, name).
struct MetaRecord {
  std::string name;
  std::string text;
};

// How far a fill is. Entities are filled in the order of their numbers.
struct FillProgress {
  std::uint32_t entity = 0;     // those with smaller numbers are done
  std::string next_row;         // the key of `entity` where the next batch begins; empty: its first
  std::uint64_t rows_done = 0;  // of all entities
};

struct StoredChange {
  Catalog grown;                    // with the numbers of what is new
  json::object data;                // what comes into force
  std::vector<MetaRecord> records;  // what is put at the end
  std::uint64_t rows = 0;           // to be filled, as counted at the beginning
  std::int64_t begun_ms = 0;        // wall clock, since 1970
};

using IndexToClear = std::pair<std::uint32_t, bool>;  // number, unique

// The records above in one transaction. Errors: those of the store; kInternal for a record that
// cannot be read.
class ChangeRecords {
 public:
  ChangeRecords(std::uint16_t application, Transaction& transaction)
      : application_(application), transaction_(transaction) {}

  Result<std::optional<StoredChange>> load();
  void put(const StoredChange& change);
  void erase(const std::vector<MetaRecord>& records);  // change and progress

  Result<FillProgress> progress();
  void put(const FillProgress& progress);

  Result<std::vector<IndexToClear>> to_clear();
  Result<> add_to_clear(const std::vector<IndexToClear>& indices);
  Result<> forget_to_clear(std::uint32_t index);

  Result<std::uint64_t> rate();  // 0: nothing was filled yet
  void put_rate(std::uint64_t rows_per_second);

 private:
  std::string key(std::string_view name) const;
  Result<std::string> text(std::string_view name);           // empty when absent
  Result<std::string> required_text(std::string_view name);  // an absent one is a damaged one
  void put_to_clear(const std::vector<IndexToClear>& indices);

  std::uint16_t application_;
  Transaction& transaction_;
};

}  // namespace noded::database
