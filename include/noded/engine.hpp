// Engine: an ordered, transactional, durable map of byte strings. Everything that outlives the
// process is in one; layers above it know no engine by name. docs/storage_format.md describes the
// keys.
//
// A transaction reads one snapshot plus its own writes and commits all or nothing. Reads are
// synchronous: a transaction of the memory tier answers kWouldBlock instead of touching a disk or
// walking too far, and the caller then runs the same code in the disk tier on the store lane (see
// repository/database/transact.hpp). Only commit() waits.
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace noded {

// Position of a commit in the history of one store; the first is 1. Never reused.
using Sequence = std::uint64_t;

enum class Tier : std::uint8_t {
  kMemory,  // may be used on the loop: answers from memory within `max_steps` cursor moves, else
            // kWouldBlock
  kDisk,    // may block: for worker threads
};

struct BeginOptions {
  Tier tier = Tier::kDisk;
  std::uint32_t max_steps =
      std::numeric_limits<std::uint32_t>::max();  // cursor moves of the whole transaction
  std::int64_t deadline_ns =
      std::numeric_limits<std::int64_t>::max();  // steady_clock, since its epoch; kTimeout after it
};

struct KeyRange {
  std::string begin;  // first key inside
  std::string end;    // first key behind it; empty = unbounded
};

// All keys that begin with `prefix`, which is not empty.
KeyRange prefix_range(std::string_view prefix);
// Whether no key can be in it.
bool is_empty(const KeyRange& range) noexcept;

enum class Direction : std::uint8_t { kForward, kBackward };

// Walks a range of one transaction, including its own writes made before the cursor was opened. One
// thread at a time; must not outlive its transaction.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // Moves to the first or next entry. False at the end and on an error: then ask status().
  virtual bool next() = 0;
  // Moves behind the last entry; how many it passed. Ask status() then.
  virtual std::uint64_t skip_rest() {
    std::uint64_t passed = 0;
    while (next())
      ++passed;
    return passed;
  }
  // Of the present entry; valid until the next move.
  std::string_view key() const noexcept { return key_; }
  std::string_view value() const noexcept { return value_; }
  // kWouldBlock (memory tier), kTimeout, kUnavailable, kInternal (damaged data).
  virtual Result<> status() const = 0;

 protected:
  std::string_view key_, value_;  // next() sets them: a walk asks them for every entry
};

// Leaves entries out of a walk by numbers made of them. An engine that keeps a range in memory
// keeps such numbers beside it, and asks about many entries at once, which takes a nanosecond an
// entry where a look at each takes tens. Used by one walk.
class Sieve {
 public:
  static constexpr std::size_t kBlock = 64;  // entries that are asked about at once, at most

  // A number for each entry of a range, in the order of the keys.
  struct Column {
    std::vector<std::uint64_t> numbers;
    std::string base;  // what they are relative to; the maker's
  };

  virtual ~Sieve() = default;
  // The columns it wants to see. An id means the same numbers to every sieve of the store.
  virtual std::span<const std::uint16_t> columns() const = 0;
  // Makes a column for entries of these values: of nothing else than them and the id, since others
  // will use it.
  virtual Column make(std::uint16_t column, std::span<const std::string_view> values) const = 0;
  // Before the first block: what there is of columns(), in their order; null where there is none.
  // They outlive the walk.
  virtual void start(std::span<const Column* const> columns) = 0;
  // Bit i is set if the walk has to hand out entry `first` + i; i < `count`. Each entry of the walk
  // is in one block, and the blocks come in the order of the walk.
  virtual std::uint64_t choose(std::size_t first, std::size_t count) = 0;
};

// One unit of work. One thread at a time; may move between threads. Dropping it rolls back.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Copies the value into `value` and returns true, or returns false if the key is absent. The key
  // joins the read set: the commit answers kConflict if another transaction committed a write of it
  // after this one's snapshot.
  virtual Result<bool> get(std::string_view key, std::string& value) = 0;
  // The same without joining the read set: for rows that only are shown.
  virtual Result<bool> peek(std::string_view key, std::string& value) = 0;
  // Ranges are not validated at commit; guard what must not appear in them with
  // observe()/announce().
  virtual std::unique_ptr<Cursor> scan(KeyRange range, Direction direction) = 0;
  // False when a walk over so many entries would end in kWouldBlock: better not begun.
  virtual bool has_steps(std::uint64_t entries) const = 0;
  // A scan of what `sieve` chooses, or of everything without asking it: callers cannot tell which
  // it will be. The sieve, which may be null, outlives the cursor.
  virtual std::unique_ptr<Cursor> scan_sieved(
      KeyRange range, Direction direction, Sieve* sieve
  ) = 0;
  // The same for walks whose order does not matter: in the direction `wish` if that costs no more
  // than the other, else in the cheaper one.
  virtual std::unique_ptr<Cursor> scan_unordered(KeyRange range, Direction wish, Sieve* sieve) = 0;
  // Says that about `lookups` keys of `range` are read one by one next. After many such the engine
  // may walk all of it here and keep it in memory, which the memory tier answers with kWouldBlock.
  // `entries`: what the range holds, about; 0 if unknown. Changes no answer; errors as a cursor's.
  virtual Result<> expect_lookups(
      const KeyRange& range, std::uint64_t lookups, std::uint64_t entries
  ) = 0;

  // Entries in `range`, which lies in `whole`. Counts of large parts of the same `whole` become
  // cheap once some were asked for. Errors as a cursor's.
  virtual Result<std::uint64_t> count(const KeyRange& range, const KeyRange& whole) = 0;

  virtual void put(std::string_view key, std::string_view value) = 0;  // also joins the read set
  virtual void erase(std::string_view key) = 0;                        // also joins the read set
  // Adds to a counter at commit; never conflicts. A counter is read with read_counter() and is 0
  // while absent.
  virtual void add(std::string_view counter_key, std::int64_t delta) = 0;
  virtual Result<std::int64_t> read_counter(std::string_view counter_key) = 0;
  // `count` integers never handed out before for this key, in sequence; returns the first. The
  // first ever is 1. Those of a transaction that does not commit are lost. The high mark is stored
  // with the commit. Never conflicts.
  virtual Result<std::int64_t> allocate(std::string_view counter_key, std::int64_t count) = 0;
  // Stores `value` under `prefix` + big-endian 64-bit sequence of the commit + big-endian 32-bit
  // position in it.
  virtual void append(std::string_view prefix, std::string_view value) = 0;
  // Erases at commit all of `range`, at the same price however much is in it. Blind: this
  // transaction still sees the keys, and nobody conflicts over them. Only for ranges that hold no
  // counters, and in which neither this transaction nor one beside it writes. An empty or reversed
  // range erases nothing.
  virtual void erase_range(KeyRange range) = 0;
  // The key of a counter may be erased, also one of allocate(), which does not begin again by that;
  // nobody puts it.

  // Conflict tokens for what no single key stands for. A transaction that observed a token
  // conflicts with any transaction that announced it after the former's snapshot; announcements do
  // not conflict with each other. Nothing is stored.
  virtual void observe(std::string_view token) = 0;
  virtual void announce(std::string_view token) = 0;

  virtual Sequence snapshot() const = 0;  // the last commit that this transaction sees
  virtual bool has_writes() const = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  // Any thread. kUnavailable once closed.
  virtual Result<std::unique_ptr<Transaction>> begin(const BeginOptions& options) = 0;
  // Durable when it returns a sequence (0 if there was nothing to write). kConflict: another
  // transaction won. kUnavailable: disk full, read-only or closed; nothing was written. kTooLarge:
  // it writes more than storage.max_transaction. kOverloaded: too many wait. Resumes the caller on
  // its own executor.
  virtual Task<Result<Sequence>> commit(std::unique_ptr<Transaction> transaction) = 0;
  virtual Sequence last_commit() const = 0;
  // Keys and values of `range` as they lie on the disk or in memory, about; what was erased may
  // count for a while. kUnavailable once closed. Worker threads: may read the disk.
  virtual Result<std::uint64_t> approximate_bytes(const KeyRange& range) const = 0;
  // Gives the room back that erased keys of `range` still take, which otherwise happens some time
  // later. Worker threads: takes as long as reading what was erased. kUnavailable: closed, or it
  // failed, or `stop` was requested, on which it ends soon; what is left is given back later. The
  // caller stops it before it closes the engine.
  virtual Result<> reclaim(const KeyRange& range, std::stop_token stop) = 0;
  // Refuses new work, finishes commits under way, closes. Blocks; called once by the owner's
  // thread.
  virtual void close() = 0;

  struct Health {
    bool writable = true;
    std::string reason;              // why not, for a person
    std::uint64_t free_bytes = 0;    // of the file system; 0 when there is none
    std::uint64_t stored_bytes = 0;  // live data, estimated
    std::string durability;          // "synced", "os" or "none"
    std::uint64_t image_bytes = 0;   // memory of ranges kept for reads in them
    std::uint64_t image_walks = 0;   // walks and groups of lookups they answered
    std::uint64_t count_ranges = 0;  // whose parts are counted without a walk over them
    std::uint64_t count_bytes = 0;   // of memory for that
    std::uint64_t counts_told = 0;   // counts that such a range answered
    std::uint64_t count_cuts = 0;    // walks that learned or refined such a range
  };
  virtual Health health() const = 0;
};

}  // namespace noded
