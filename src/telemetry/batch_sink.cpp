#include "telemetry/batch_sink.hpp"

#include "telemetry/log_line.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

namespace noded::telemetry {
namespace {

constexpr std::chrono::milliseconds kGathering{20};
constexpr std::size_t kKept = std::size_t{256} << 10;

// A descriptor that takes no more is given up: there is nowhere left to complain.
void write_all(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written > 0) {
      data += written;
      size -= static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

BatchSink::BatchSink(int descriptor) : descriptor_(descriptor), writer_([this] { run(); }) {}

BatchSink::~BatchSink() {
  close();
}

void BatchSink::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  wake_.notify_one();
  if (writer_.joinable()) writer_.join();
}

void BatchSink::sink_it_(const spdlog::details::log_msg& message) {
  if (is_closed_ || lines_.size() + message.payload.size() > kCapacity) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const bool is_first = lines_.size() == 0;
  const bool was_urgent =
      std::exchange(is_urgent_, is_urgent_ || message.level >= spdlog::level::warn);
  formatter_->format(message, lines_);
  if (is_first || is_urgent_ != was_urgent) wake_.notify_one();
}

void BatchSink::flush_() {
  is_urgent_ = true;
  wake_.notify_one();
}

void BatchSink::note_dropped_lines() {
  const std::uint64_t dropped = dropped_.load(std::memory_order_relaxed);
  if (dropped == reported_) return;
  std::string payload;
  compose_message(payload, "log lines dropped", fmt::format("\"lines\":{}", dropped - reported_));
  reported_ = dropped;
  formatter_->format(spdlog::details::log_msg("noded", spdlog::level::warn, payload), lines_);
}

void BatchSink::run() {
  spdlog::memory_buf_t batch;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return lines_.size() > 0 || is_closed_; });
    wake_.wait_for(lock, kGathering, [this] { return is_urgent_ || is_closed_; });
    note_dropped_lines();
    if (lines_.size() == 0) return;  // closed, and everything written
    std::swap(batch, lines_);
    is_urgent_ = false;
    lock.unlock();
    write_all(descriptor_, batch.data(), batch.size());
    batch.clear();
    // A burst's memory is given back.
    if (batch.capacity() > kKept) batch = spdlog::memory_buf_t();
    lock.lock();
  }
}

}  // namespace noded::telemetry
