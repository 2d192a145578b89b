// What happened to RocksDB's flushes and compactions. Its own recovery from a full disk is switched
// off: it works on files that have seen an error while the committer writes, and Debian's build,
// whose assertions are on, at times ends the process there. Backend::resume() starts again instead,
// on the only thread that writes.
#pragma once

#include <rocksdb/listener.h>

#include <atomic>

namespace noded::storage {

// Called on RocksDB's threads, with its mutex held; asked on any.
class BackgroundFaults final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status* fault)
      override {
    if (fault->IsNoSpace()) is_out_of_space_.store(true, std::memory_order_relaxed);
  }
  void OnErrorRecoveryBegin(
      rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*fault*/, bool* auto_recovery
  ) override {
    *auto_recovery = false;
  }

  bool is_out_of_space() const noexcept { return is_out_of_space_.load(std::memory_order_relaxed); }
  void forget() noexcept { is_out_of_space_.store(false, std::memory_order_relaxed); }

 private:
  std::atomic<bool> is_out_of_space_{false};
};

}  // namespace noded::storage
