// LaneSet: the lanes of a node. Each has a queue and threads of its own, so that a storm of one
// kind delays no other; hashing yields the processor to the loops and to the store.
#pragma once

#include "noded/options.hpp"

#include "runtime/thread_lane.hpp"
#include "telemetry/metrics.hpp"

#include <functional>

namespace noded::runtime {

class LaneSet {
 public:
  // Hashes are a rush for `front`. `release_hash_memory` runs on a thread of the hash lane when no
  // hash waits any more.
  LaneSet(
      const Options& options,
      FrontThreads& front,
      telemetry::Metrics& metrics,
      std::function<void()> release_hash_memory
  );

  ThreadLane& store() noexcept { return store_; }
  ThreadLane& hash() noexcept { return hash_; }
  void close();  // see ThreadLane::close

 private:
  ThreadLane store_;
  ThreadLane hash_;
};

}  // namespace noded::runtime
