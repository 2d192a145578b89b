#include "runtime/lane_set.hpp"

#include "runtime/runtime_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace noded::runtime {
namespace {

constexpr int kHashNiceness = 15;

std::size_t core_count() {
  return std::max(1U, std::thread::hardware_concurrency());
}

std::size_t worker_count(const Options& options) {
  const auto workers = static_cast<std::size_t>(options.get(kWorkers));
  return workers == 0 ? core_count() : workers;
}

ThreadLaneSetup store_setup(const Options& options) {
  return {"store", static_cast<std::size_t>(options.get(kStoreQueue)), worker_count(options), 0};
}

ThreadLaneSetup hash_setup(const Options& options) {
  // More hashes at once than cores would only make each of them slower.
  const std::size_t threads = std::min(worker_count(options), core_count());
  return {"hash", static_cast<std::size_t>(options.get(kHashQueue)), threads, kHashNiceness};
}

void add_metrics(telemetry::Metrics& metrics, const ThreadLane& lane) {
  const std::string labels = fmt::format("lane=\"{}\"", lane.setup().name);
  metrics.gauge(
      "noded_lane_queued",
      "work that waits for a thread",
      [&lane] { return static_cast<double>(lane.queued()); },
      labels
  );
  metrics.gauge(
      "noded_lane_running",
      "work under way",
      [&lane] { return static_cast<double>(lane.running()); },
      labels
  );
  metrics.counter_of(
      "noded_lane_refused_total",
      "work refused by a full lane",
      [&lane] { return static_cast<double>(lane.refused()); },
      labels
  );
  metrics.counter_of(
      "noded_lane_finished_total",
      "work done",
      [&lane] { return static_cast<double>(lane.finished()); },
      labels
  );
}

}  // namespace

LaneSet::LaneSet(const Options& options, telemetry::Metrics& metrics)
    : store_(store_setup(options)), hash_(hash_setup(options)) {
  add_metrics(metrics, store_);
  add_metrics(metrics, hash_);
}

void LaneSet::close() {
  hash_.close();
  store_.close();
}

}  // namespace noded::runtime
