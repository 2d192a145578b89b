// Rewind: the rows of an application as they were at a point in time. Takes back, newest first,
// what the change feed tells was done since, through the record store, so that indices and counts
// stay true. What it does is in the feed in its turn: a follower sees it as changes.
//
// The schema stays as it is. So do identifiers: a key that was given away since is not given away
// again.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/change.hpp"
#include "repository/database/feed.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace noded::database {

// Of one store that nobody else uses meanwhile. All calls block.
class Rewind {
 public:
  static constexpr std::size_t kBatchEntries = 1000;                // of the feed, in one commit
  static constexpr std::size_t kBatchBytes = std::size_t{1} << 20;  // about

  // Both outlive it.
  Rewind(Engine& engine, std::uint16_t application, const Clock& clock)
      : engine_(engine), application_(application), clock_(clock) {}

  // The oldest time that run() accepts. Only reads. kInvalid: there is none, and the message says
  // why.
  Result<WallTime> oldest() const;

  // Keeps every commit up to the last one that was made at `time` or before, by the node's clock,
  // and takes back all behind it. Returns how many changes that were. In batches: on an error some
  // are taken back and others not. Errors: kInvalid: the feed does not reach back so far (names the
  // oldest possible time), an entity of it is not known, or a row cannot come back because of a
  // unique index that was added since; kInternal: feed and rows contradict each other.
  Task<Result<std::uint64_t>> run(WallTime time);

 private:
  // What the catalogue alone tells of an entity: enough for the record store.
  struct Known {
    Entity entity;
    std::vector<std::unique_ptr<Index>> indices;
  };

  Result<> prepare(WallTime time);
  Result<Known*> known(std::uint32_t entity);
  // False: what is left was done at `time` or before.
  Result<bool> take_back_batch(Transaction& transaction, WallTime time);
  Result<> take_back(Transaction& transaction, FeedPlace place, const Change& change);
  Result<> put_back(
      Transaction& transaction, const Known& known, const Change& change, const std::string* present
  );
  std::unexpected<Error> contradiction(FeedPlace place) const;

  Engine& engine_;
  const std::uint16_t application_;
  const Clock& clock_;
  Catalog catalog_;
  std::map<std::uint32_t, std::string> names_;  // of entities
  std::map<std::uint32_t, std::unique_ptr<Known>> known_;
  Sequence horizon_ = 0;
  FeedPlace next_;           // all from here on is taken back
  Sequence taken_back_ = 0;  // the commit that `next_` is in, once it is known to go
  std::uint64_t changes_ = 0;
};

}  // namespace noded::database
