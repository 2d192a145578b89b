// What happened to RocksDB's flushes and compactions. Its own recovery from a full disk is switched
// off: it works on files that have seen an error while others write them, and Debian's build, whose
// assertions are on, at times ends the process there. DB::Resume() is no cure: it was seen to wait
// for ever for a flush that nobody had begun. Only a new start is sound.
#pragma once

#include <rocksdb/listener.h>

#include <atomic>

namespace noded::storage {

// Called on RocksDB's threads, with its mutex held; asked on any.
class BackgroundFaults final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status* fault)
      override {
    has_any_.store(true, std::memory_order_relaxed);
    if (fault->IsNoSpace()) met_full_disk_.store(true, std::memory_order_relaxed);
  }
  void OnErrorRecoveryBegin(
      rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*fault*/, bool* auto_recovery
  ) override {
    *auto_recovery = false;
  }

  bool has_any() const noexcept { return has_any_.load(std::memory_order_relaxed); }
  bool met_full_disk() const noexcept { return met_full_disk_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> has_any_{false};
  std::atomic<bool> met_full_disk_{false};
};

}  // namespace noded::storage
