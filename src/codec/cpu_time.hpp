// Processor time of the calling thread: what bounds computations whose length the input decides.
#pragma once

#include <time.h>

#include <cstdint>

namespace noded::codec {

inline std::int64_t thread_cpu_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace noded::codec
