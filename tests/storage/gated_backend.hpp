// A backend for tests: the memory engine's, whose writes wait at a gate and fail when told to.
#pragma once

#include "storage/backend.hpp"
#include "storage/memory/memory_backend.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace noded::storage {

// Thread-safe. Shared between the test and the backend that it made.
class Gate {
 public:
  void close() { set_open(false); }
  void open() { set_open(true); }
  // Until `count` writes have come to the gate since the start.
  void wait_for_writes(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return batches_.size() >= count; });
  }
  // Sizes of the batches written.
  std::vector<std::size_t> batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  void fail_next(WriteFault::Kind kind) {
    const std::lock_guard lock(mutex_);
    fault_ = kind;
  }
  void set_free(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    free_bytes_ = bytes;
  }
  void set_met_full_disk() {
    const std::lock_guard lock(mutex_);
    met_full_disk_ = true;
  }

  std::optional<WriteFault::Kind> pass(std::size_t changes) {
    std::unique_lock lock(mutex_);
    batches_.push_back(changes);
    changed_.notify_all();
    changed_.wait(lock, [&] { return is_open_; });
    return std::exchange(fault_, std::nullopt);
  }
  std::uint64_t free_bytes() {
    const std::lock_guard lock(mutex_);
    return free_bytes_;
  }
  bool met_full_disk() {
    const std::lock_guard lock(mutex_);
    return met_full_disk_;
  }

 private:
  void set_open(bool is_open) {
    const std::lock_guard lock(mutex_);
    is_open_ = is_open;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
  bool met_full_disk_ = false;
  std::vector<std::size_t> batches_;
  std::optional<WriteFault::Kind> fault_;
  std::uint64_t free_bytes_ = std::uint64_t{1} << 40;
};

class GatedBackend final : public Backend {
 public:
  explicit GatedBackend(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}

  Sequence stored_sequence() const override { return memory_->stored_sequence(); }
  std::expected<void, WriteFault> apply(const Batch& batch, Sequence last, Sequence oldest_read)
      override {
    if (const auto fault = gate_->pass(batch.changes.size()))
      return std::unexpected(WriteFault{*fault, "told to fail"});
    return memory_->apply(batch, last, oldest_read);
  }
  std::unique_ptr<Snapshot> snapshot(Sequence sequence) override {
    return memory_->snapshot(sequence);
  }
  Usage usage() override {
    return {
        .free_bytes = gate_->free_bytes(),
        .stored_bytes = 0,
        .met_full_disk = gate_->met_full_disk()
    };
  }
  std::shared_ptr<RangeUpkeep> range_upkeep() override { return memory_->range_upkeep(); }
  void close() override { memory_->close(); }

 private:
  std::shared_ptr<Gate> gate_;
  std::unique_ptr<Backend> memory_ = make_memory_backend();
};

}  // namespace noded::storage
