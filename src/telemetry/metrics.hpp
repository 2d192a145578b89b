// Metrics: counters, gauges and histograms, printed as Prometheus text. Registered once at start,
// updated from any thread by relaxed atomics.
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

// Seconds; buckets from 0.25 ms doubling to 32.768 s, and the last for all above.
class Histogram {
 public:
  static constexpr std::size_t kBuckets = 19;
  void observe_ns(std::uint64_t nanoseconds) noexcept;
  void print(std::string& out, std::string_view name, std::string_view labels) const;
  std::uint64_t count() const noexcept;

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

// Owns all metrics of the node. Asking again for a name and labels gives the same counter or
// histogram, and replaces a gauge's function; the functions are called by print(), on its thread. A
// name of another kind is a defect (std::logic_error). `labels` is Prometheus label text without
// braces: method="GET",status="2xx".
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Counter& counter(std::string name, std::string help, std::string labels = {});
  Histogram& histogram(std::string name, std::string help, std::string labels = {});
  void gauge(
      std::string name, std::string help, std::function<double()> read, std::string labels = {}
  );
  // A counter that somebody else keeps.
  void counter_of(
      std::string name, std::string help, std::function<double()> read, std::string labels = {}
  );
  std::string print() const;  // the whole text exposition
  // Sum over all labels of a counter's value or a histogram's count; 0 for an unknown name.
  std::uint64_t total(std::string_view name) const;

 private:
  struct Entry;
  enum class Kind : std::uint8_t { kCounter, kReadCounter, kGauge, kHistogram };
  Entry& find_or_add(std::string name, std::string help, std::string labels, Kind kind);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace noded::telemetry
