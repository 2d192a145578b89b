// SnapshotLedger: knows which snapshots are alive, and lets them go on the committer's thread,
// because letting one go may take the engine's locks and a loop must not wait for those.
#pragma once

#include "noded/engine.hpp"

#include "storage/backend.hpp"

#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace noded::storage {

// Owned by the committer and by every snapshot that it shared out.
class SnapshotLedger : public std::enable_shared_from_this<SnapshotLedger> {
 public:
  // Committer's thread. The snapshot counts as alive until its last holder drops it and sweep() has
  // run.
  std::shared_ptr<const Snapshot> share(std::unique_ptr<Snapshot> snapshot);
  // Committer's thread. Frees what nobody holds; returns the oldest sequence still held, or
  // `newest` if none is.
  Sequence sweep(Sequence newest);
  // From now on snapshots free themselves where they are dropped.
  void close();

 private:
  void retire(const Snapshot* snapshot);

  std::multiset<Sequence> alive_;  // committer's thread

  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<const Snapshot>> retired_;
  bool is_closed_ = false;
};

}  // namespace noded::storage
