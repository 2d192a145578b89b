// Committer: the one thread that decides which transactions win and makes them durable, many with
// one sync. Life of a group: take all that wait → validate each in order against what was committed
// since its snapshot → merge the winners into one batch → one durable write → publish the new
// snapshot → resume all on their executors.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"

#include "runtime/front_threads.hpp"
#include "storage/backend.hpp"
#include "storage/completions.hpp"
#include "storage/conflict_window.hpp"
#include "storage/published.hpp"
#include "storage/range_cache.hpp"
#include "storage/range_counts.hpp"
#include "storage/snapshot_ledger.hpp"
#include "storage/space_watch.hpp"
#include "storage/stored_numbers.hpp"
#include "storage/transaction.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace noded::storage {

// Called once, on the committer's thread, when a write failed such that only a restart can tell
// what is on disk, or when there is room again after a full disk, where only a restart helps. It
// must not close the engine itself: it tells the node to end.
using OnFatal = std::function<void(std::string_view reason)>;

struct CommitterSettings {
  std::uint64_t reserve_bytes = 0;            // free space below which commits are refused
  std::uint64_t room_bytes = 0;               // see SpaceWatch
  std::string durability = "synced";          // for health()
  std::size_t window_keys = 256 * 1024;       // see ConflictWindow
  std::size_t max_waiting = 16 * 1024;        // transactions
  runtime::FrontThreads* front = nullptr;     // among whom its thread has a place
  std::size_t group_bytes = 8 * 1024 * 1024;  // after which a group is closed
};

// Thread-safe. Close it before it is destroyed.
class Committer {
 public:
  Committer(
      std::unique_ptr<Backend> backend,
      std::shared_ptr<Published> published,
      std::shared_ptr<RangeCache> range_cache,    // told of every change; may be null
      std::shared_ptr<RangeCounts> range_counts,  // told of every change
      const CommitterSettings& settings,
      const Clock& clock,
      OnFatal on_fatal
  );
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;
  ~Committer();

  // Full means that the next commit should be refused with kOverloaded.
  bool is_full() const;
  // `handler` is resumed by a post to its associated executor, never from within.
  void submit(std::unique_ptr<StoreTransaction> transaction, CommitHandler handler);
  Engine::Health health();
  // Lets go of snapshots that nobody holds any more, which otherwise happens with the next commit.
  // Blocks until it is done.
  void free_snapshots();
  // Commits what waits, then stops the thread and lets go of the backend. A second call does
  // nothing.
  void close();

 private:
  struct Waiter {
    std::unique_ptr<StoreTransaction> transaction;
    CommitHandler handler;
    net::any_io_executor executor;
  };

  void run();
  void sweep_as_wanted();
  void commit(std::span<Waiter> group, std::vector<Result<Sequence>>& outcomes);
  Result<Sequence> decide(const StoreTransaction& transaction);
  Result<> load_numbers(const StoreTransaction& transaction);
  void collect(const StoreTransaction& transaction, Sequence sequence);
  void take_over(std::string_view number);
  void record(const StoreTransaction& transaction, Sequence sequence);
  Result<> write(Sequence oldest_read);
  void end_node(std::string_view reason);
  void publish(Sequence sequence);
  Result<std::optional<std::string>> read_number(std::string_view key) const;

  const CommitterSettings settings_;
  OnFatal on_fatal_;
  std::unique_ptr<Backend> backend_;
  std::shared_ptr<Published> published_;
  std::shared_ptr<RangeCache> range_cache_;
  std::shared_ptr<RangeCounts> range_counts_;
  std::shared_ptr<SnapshotLedger> ledger_ = std::make_shared<SnapshotLedger>();

  // The thread's own.
  SpaceWatch space_;
  Sequence assigned_;  // last sequence given to a winner; sequences of a failed write are not given
                       // again
  ConflictWindow window_;
  StoredNumbers numbers_;
  Completions completions_;
  Sequence group_start_ = 0;             // first sequence of the group
  std::vector<Change> changes_;          // of the group
  std::vector<KeyRange> erased_;         // by the group
  std::deque<std::string> append_keys_;  // that changes_ refers to

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::vector<Waiter> waiting_;
  bool is_idle_ = false;
  bool is_closing_ = false;
  bool wants_usage_ = false;
  std::uint64_t sweeps_wanted_ = 0, sweeps_done_ = 0;
  std::condition_variable swept_;
  std::thread thread_;
};

}  // namespace noded::storage
