#include "storage/snapshot_ledger.hpp"

#include <utility>

namespace noded::storage {

std::shared_ptr<const Snapshot> SnapshotLedger::share(std::unique_ptr<Snapshot> snapshot) {
  alive_.insert(snapshot->sequence());
  auto retire = [ledger = shared_from_this()](const Snapshot* dropped) {
    ledger->retire(dropped);
  };
  return {snapshot.release(), std::move(retire)};
}

void SnapshotLedger::retire(const Snapshot* snapshot) {
  std::unique_ptr<const Snapshot> owned(snapshot);
  const std::lock_guard lock(mutex_);
  if (!is_closed_) retired_.push_back(std::move(owned));
}

Sequence SnapshotLedger::sweep(Sequence newest) {
  std::vector<std::unique_ptr<const Snapshot>> retired;
  {
    const std::lock_guard lock(mutex_);
    retired.swap(retired_);
  }
  for (const auto& snapshot : retired)
    alive_.erase(alive_.find(snapshot->sequence()));
  return alive_.empty() ? newest : *alive_.begin();
}

void SnapshotLedger::close() {
  std::vector<std::unique_ptr<const Snapshot>> retired;
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  retired.swap(retired_);
}

}  // namespace noded::storage
