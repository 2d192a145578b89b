#include "runtime/lane_set.hpp"

#include "runtime/runtime_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace noded::runtime {
namespace {

// Argon2id with 19 MiB and two passes takes 12 to 20 ms of one core.
constexpr std::chrono::milliseconds kUsualHash{16};
constexpr int kHashSteps = 15;  // of niceness behind the loops

std::size_t core_count() {
  return std::max(1U, std::thread::hardware_concurrency());
}

std::size_t worker_count(const Options& options) {
  const auto workers = static_cast<std::size_t>(options.get(kWorkers));
  return workers == 0 ? core_count() : workers;
}

// Half of the cores stay for everybody else: on a core that hashes, who is woken waits for a slice.
std::size_t hash_threads(const Options& options) {
  const auto threads = static_cast<std::size_t>(options.get(kHashThreads));
  return threads == 0 ? std::max<std::size_t>(1, core_count() / 2) : threads;
}

ThreadLaneSetup store_setup(const Options& options) {
  return {
      .name = "store",
      .queue_limit = static_cast<std::size_t>(options.get(kStoreQueue)),
      .thread_limit = worker_count(options),
      .niceness = static_cast<int>(options.get(kNiceness)),
  };
}

ThreadLaneSetup hash_setup(
    const Options& options, FrontThreads& front, std::function<void()> release_memory
) {
  return {
      .name = "hash",
      .queue_limit = std::numeric_limits<std::size_t>::max(),
      .wait_limit = options.get(kHashWait),
      .usual = kUsualHash,
      .thread_limit = hash_threads(options),
      .niceness = static_cast<int>(options.get(kNiceness)),
      .steps_behind = kHashSteps,
      .front = &front,
      .before_rest = std::move(release_memory)
  };
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

LaneSet::LaneSet(
    const Options& options,
    FrontThreads& front,
    telemetry::Metrics& metrics,
    std::function<void()> release_hash_memory
)
    : store_(store_setup(options)),
      hash_(hash_setup(options, front, std::move(release_hash_memory))) {
  add_metrics(metrics, store_);
  add_metrics(metrics, hash_);
}

void LaneSet::close() {
  hash_.close();
  store_.close();
}

}  // namespace noded::runtime
