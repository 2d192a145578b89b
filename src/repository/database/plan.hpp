// Plan: how the rows for a query are found: by keys, by a range of an index, along an index, or by
// a scan; and why.
#pragma once

#include "noded/engine.hpp"

#include "repository/database/filter.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace noded::database {

struct Plan {
  enum class Path : std::uint8_t {
    kKeys,        // the primary keys are given
    kIndexRange,  // entries of `index` in `ranges`, if they are few enough; else a scan
    kIndexRun,  // the entries of `index` in its one range: the rows that match, all of them and no
                // other, in the wanted order
    kScan,      // every row in the order of its key
  };
  Path path = Path::kScan;
  std::vector<RowKey> keys;                   // kKeys: ascending, distinct
  const Index* index = nullptr;               // kIndexRange, kIndexRun
  std::vector<KeyRange> ranges;               // kIndexRange, kIndexRun
  Direction direction = Direction::kForward;  // in which the rows come, or should if not is_ordered
  bool is_ordered =
      false;           // the rows come in the wanted order (kIndexRange rows are put in key order)
  std::string reason;  // for a person
};

struct PlanRequest {
  const Entity& entity;
  std::vector<const Condition*> all;  // conditions on the row itself of which each must hold
  bool is_filtered = false;           // anything at all narrows the rows
  bool all_suffice = false;           // a row for which all of them hold matches
  const Field* sort = nullptr;        // never null
  bool descending = false;
};

Plan make_plan(std::uint16_t application, const PlanRequest& request);

// Where all entries of `index` are.
KeyRange entries_of(std::uint16_t application, const Index& index);

// The key of the row that an entry of `index` stands for.
RowKey key_of_entry(const Index& index, std::string_view entry_key, std::string_view entry_value);

}  // namespace noded::database
