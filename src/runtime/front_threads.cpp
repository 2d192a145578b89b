#include "runtime/front_threads.hpp"

#include "runtime/precedence.hpp"

#include <unistd.h>

namespace noded::runtime {

FrontThreads::Place::Place(FrontThreads& threads) : threads_(threads) {
  run_before_others(threads.niceness_);
  if (!threads.may_run_in_real_time_) return;
  const std::lock_guard lock(threads.mutex_);
  threads.threads_.push_back(gettid());
  if (threads.rushes_ > 0) enter_real_time(gettid());
}

FrontThreads::Place::~Place() {
  const std::lock_guard lock(threads_.mutex_);
  const bool was_one = std::erase(threads_.threads_, gettid()) > 0;
  if (was_one && threads_.rushes_ > 0) leave_real_time(gettid());
}

FrontThreads::Rush::Rush(FrontThreads& threads) : threads_(threads) {
  const std::lock_guard lock(threads.mutex_);
  if (threads.rushes_++ > 0) return;
  for (const pid_t thread : threads.threads_)
    enter_real_time(thread);
}

FrontThreads::Rush::~Rush() {
  const std::lock_guard lock(threads_.mutex_);
  if (--threads_.rushes_ > 0) return;
  for (const pid_t thread : threads_.threads_)
    leave_real_time(thread);
}

}  // namespace noded::runtime
