// Metrics: counters, gauges and histograms, printed as Prometheus text. Registered once at start, updated from any thread by
// relaxed atomics.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::telemetry {

class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Seconds; buckets from 0.25 ms doubling to 60 s.
class Histogram {
 public:
  static constexpr std::size_t kBuckets = 19;
  void observe_ns(std::uint64_t nanoseconds) noexcept;
  void print(std::string& out, std::string_view name, std::string_view labels) const;

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

// Owns all metrics of the node. `labels` is Prometheus label text without braces: method="GET",status="2xx".
class Metrics {
 public:
  Counter& counter(std::string name, std::string help, std::string labels = {});
  Histogram& histogram(std::string name, std::string help, std::string labels = {});
  void gauge(std::string name, std::string help, std::function<double()> read, std::string labels = {});
  std::string print() const;  // the whole text exposition

 private:
  struct Entry;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace noded::telemetry
