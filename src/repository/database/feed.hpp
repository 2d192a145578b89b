// Feed: the change feed of one application as those who follow it see it: every change since its
// horizon, in the order of the commits. What lies before the horizon is trimmed (feed_retention.hpp
// decides how far) and gone. docs/storage_format.md describes the entries.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/change.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::database {

// Where an entry stands.
struct FeedPlace {
  Sequence sequence = 0;       // of its commit
  std::uint32_t position = 0;  // in the commit
  friend auto operator<=>(const FeedPlace&, const FeedPlace&) = default;
};

struct FeedEntry {
  FeedPlace place;
  std::string bytes;

  // Its views point into `bytes`. kInternal when ill-formed.
  Result<Change> change() const { return decode_change(bytes); }
};

struct FeedPage {
  std::vector<FeedEntry> entries;
  FeedPlace next;            // where to go on
  bool reaches_end = false;  // of what the transaction sees; `next` is behind its last commit then
};

// What one page may hold; one entry at least.
struct FeedPageLimits {
  std::size_t entries = 1000;
  std::size_t bytes = std::size_t{1} << 20;
};

// One thread at a time; the transaction outlives it.
class Feed {
 public:
  // The error's `type` when a place is before the horizon; `members` names the horizon:
  // {"oldest":42}.
  static constexpr std::string_view kGap = "FeedGap";

  Feed(std::uint16_t application, Transaction& transaction)
      : application_(application), transaction_(transaction) {}

  // The first commit whose changes are kept, as are those of all after it. 1 while nothing was
  // trimmed. Joins the read set.
  Result<Sequence> horizon();
  // From `from` on. Who has seen all of commit n goes on at {n + 1, 0}; who begins anew begins at
  // {horizon(), 0}. kNotFound of the type kGap: not everything from there on is kept any more, and
  // the follower has to begin anew.
  Result<FeedPage> read(FeedPlace from, const FeedPageLimits& limits = {});
  // The first entry at or behind `from`; empty when there is none. Does not ask for the horizon.
  Result<std::optional<FeedEntry>> first(FeedPlace from);
  // Makes `horizon`, not beyond the commit behind the last, the horizon and erases what is before
  // it. Nothing happens when it already is so far.
  Result<> trim(Sequence horizon);

  // All entries from `from` on.
  static KeyRange range_from(std::uint16_t application, Sequence from);
  // Of the part of an entry's key behind the prefix of the space; empty when ill-formed.
  static std::optional<FeedPlace> place_of(std::string_view key_rest);

 private:
  std::unique_ptr<Cursor> seek(FeedPlace from);
  Result<FeedEntry> entry_at(const Cursor& cursor) const;

  std::uint16_t application_;
  Transaction& transaction_;
};

}  // namespace noded::database
