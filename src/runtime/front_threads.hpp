// FrontThreads: the threads of a node that answer and commit. They go before others by their
// niceness (precedence.hpp), and in real time for as long as another thread of the node computes.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <mutex>
#include <vector>

namespace noded::runtime {

// A fair share is enough while the processors have nothing else to do, and leaves clients on the
// same machine their turn. When they do, a thread that is interrupted at the end of a tick waits
// for the next one, 1 to 10 ms, behind whoever computes; in real time it does not (sched(7)). Real
// time needs CAP_SYS_NICE or RLIMIT_RTPRIO; without it the niceness remains. Thread-safe; outlives
// its threads.
class FrontThreads {
 public:
  // `niceness` (-20 to 0) is added to that of each thread.
  FrontThreads(int niceness, bool may_run_in_real_time)
      : niceness_(niceness), may_run_in_real_time_(may_run_in_real_time) {}
  FrontThreads(const FrontThreads&) = delete;
  FrontThreads& operator=(const FrontThreads&) = delete;

  // The calling thread is one of them while this lives; the niceness it keeps.
  class Place {
   public:
    explicit Place(FrontThreads& threads);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    FrontThreads& threads_;
  };

  // Somebody computes while this lives.
  class Rush {
   public:
    explicit Rush(FrontThreads& threads);
    ~Rush();
    Rush(const Rush&) = delete;
    Rush& operator=(const Rush&) = delete;

   private:
    FrontThreads& threads_;
  };

 private:
  const int niceness_;
  const bool may_run_in_real_time_;
  std::mutex mutex_;
  std::vector<pid_t> threads_;
  std::size_t rushes_ = 0;
};

}  // namespace noded::runtime
