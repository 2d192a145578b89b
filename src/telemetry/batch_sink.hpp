// BatchSink: collects formatted lines in memory and lets a thread of its own write them.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

namespace noded::telemetry {

// A caller only formats its line into the buffer. The writer is woken by the first line of a batch,
// lets it fill for a moment (not for warnings and errors) and writes it with one call. Beyond
// kCapacity bytes lines are dropped and counted.
class BatchSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr std::size_t kCapacity = std::size_t{4} << 20;

  explicit BatchSink(int descriptor);
  ~BatchSink() override;

  void close();  // writes what is left and ends the writer; later lines are dropped
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;

 private:
  void run();
  void note_dropped_lines();

  const int descriptor_;
  // mutex_ of the base guards all below.
  std::condition_variable wake_;
  spdlog::memory_buf_t lines_;
  bool is_urgent_ = false;
  bool is_closed_ = false;
  std::uint64_t reported_ = 0;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread writer_;
};

}  // namespace noded::telemetry
