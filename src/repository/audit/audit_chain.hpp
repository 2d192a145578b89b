// AuditChain: the append-only history of security-relevant acts of one application. An entry is put
// into the transaction of its act, so that there is never one without the other, and carries the
// hash of the entry before: whoever changes or removes one breaks the chain there.
//
// Old entries go from the front; a checkpoint with the number and hash of the last one that went
// stays, so that the rest can be verified.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/audit/audit_entry.hpp"
#include "repository/database/transact.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace noded::audit {

// Empty texts: any.
struct Wanted {
  std::string actor;
  std::string action;  // or all below it: "user" is also "user.create"
  std::string target;
  std::optional<std::int64_t> from_ms;    // the entry's time, inclusive
  std::optional<std::int64_t> before_ms;  // exclusive
  std::uint64_t before_number = 0;        // 0: from the newest on
  std::size_t limit = 100;                // entries of the answer
};

struct Page {
  std::vector<Entry> entries;     // newest first
  std::uint64_t next_before = 0;  // `before_number` of the next page; 0: there is none
};

// Times of entries; empty: from the first, to the last.
struct Span {
  std::optional<std::int64_t> from_ms;    // inclusive
  std::optional<std::int64_t> before_ms;  // exclusive
};

struct Verdict {
  bool is_whole = true;
  std::uint64_t entries = 0;        // that were looked at
  std::string head;                 // hash of the newest of them; empty when there is none
  std::uint64_t broken = 0;         // number of the first entry that is wrong or missing
  std::string reason;               // why; empty when it is whole
  std::uint64_t signed_number = 0;  // the newest checkpoint among them; 0: there is none
  std::int64_t signed_ms = 0;       // when it was made
};

// Cheap to copy; the clock outlives it. Thread-safe. Errors are those of the engine; kInternal: an
// entry or the head cannot be read.
class AuditChain {
 public:
  static constexpr std::size_t kMostLookedAt = 10'000;  // entries for one page

  AuditChain(std::uint16_t application, const Clock& clock)
      : application_(application), clock_(&clock) {}

  // Transactions that append conflict with each other and run again.
  Result<> append(Transaction& transaction, const Act& act) const;

  // Since when entries stand that no checkpoint signs: the last one's time or, before there is one,
  // that of the first entry. Empty when there are none.
  Result<std::optional<std::int64_t>> unsigned_since(Transaction& transaction) const;
  // Signs the chain, which has entries, by an entry more: that act.
  Result<Act> append_checkpoint(Transaction& transaction, std::string_view seed) const;

  Result<Page> list(Transaction& transaction, const Wanted& wanted) const;
  // Walks over all entries, or those of a span, in pieces. Of a span the hash before its first
  // entry is taken as it stands. Checkpoints have to be signed by `public_key`; an empty one, of a
  // node that never signed, has signed none.
  Task<Result<Verdict>> verify(
      database::StoreAccess store, Span span = {}, std::string public_key = {}
  ) const;
  // Removes entries of before that time, in pieces, until one is younger; how many went. Ends early
  // once `stop` was requested.
  Task<Result<std::uint64_t>> prune(
      database::StoreAccess store, std::int64_t before_ms, std::stop_token stop
  ) const;

 private:
  struct Link {
    std::uint64_t number = 0;
    std::string hash = std::string(kHashSize, '\0');
  };
  Result<Link> link(Transaction& transaction, const std::string& key) const;
  Result<std::uint64_t> prune_piece(Transaction& transaction, std::int64_t before_ms) const;
  Result<Link> link_before(Transaction& transaction, std::int64_t from_ms) const;
  Result<bool> verify_piece(
      Transaction& transaction,
      const Span& span,
      std::string_view public_key,
      Link& last,
      Verdict& verdict
  ) const;
  Result<> verify_end(Transaction& transaction, const Link& last, Verdict& verdict) const;

  std::uint16_t application_;
  const Clock* clock_;
};

}  // namespace noded::audit
