// What the benchmarks share: time, CPU time, and one line a figure.
#pragma once

#include "noded/result.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace noded::bench {

using Steady = std::chrono::steady_clock;

inline double since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

inline double cpu_seconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Seconds of CPU of one of `count` calls of `work(i)`, the best of three rounds.
template <class Work>
double best_of(int count, Work work) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < count; ++i)
      work(i);
    best = std::min(best, (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start) / count);
  }
  return best;
}

inline void print(std::string_view what, double seconds) {
  fmt::print("{:<52} {:>10.3f} us\n", what, seconds * 1e6);
}

// The value; without one the benchmark ends and says why.
template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "benchmark: {}\n", result.error().message);
  std::exit(1);
}

}  // namespace noded::bench
