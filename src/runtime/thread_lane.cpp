#include "runtime/thread_lane.hpp"

#include "runtime/precedence.hpp"

#include <pthread.h>

#include <system_error>
#include <utility>

namespace noded::runtime {

ThreadLane::ThreadLane(ThreadLaneSetup setup) : setup_(std::move(setup)) {}

ThreadLane::~ThreadLane() {
  close();
}

bool ThreadLane::try_post(std::move_only_function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    const bool needs_thread = idle_ <= queue_.size() && threads_.size() < setup_.thread_limit;
    const bool has_thread = needs_thread && !is_closed_ ? start_thread() : !threads_.empty();
    if (!has_thread || has_no_room()) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

bool ThreadLane::is_full() const {
  const std::lock_guard lock(mutex_);
  return is_closed_ || (has_no_room() && threads_.size() >= setup_.thread_limit);
}

// Idle threads are about to take what is queued, so it does not wait.
bool ThreadLane::has_no_room() const {
  return is_closed_ || queue_.size() >= setup_.queue_limit + idle_;
}

bool ThreadLane::start_thread() {
  try {
    threads_.emplace_back([this] { run(); });
    // It counts as idle from now on: it will look at the queue before it waits.
    ++idle_;
  } catch (const std::system_error&) {  // no more threads to be had: those there are will do
    return !threads_.empty();
  }
  return true;
}

void ThreadLane::close() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads)
    thread.join();
}

void ThreadLane::run() {
  pthread_setname_np(pthread_self(), ("noded-" + setup_.name).substr(0, 15).c_str());
  if (setup_.steps_behind > 0)
    run_behind_others(setup_.niceness, setup_.steps_behind);
  else
    run_before_others(setup_.niceness);
  std::unique_lock lock(mutex_);
  while (true) {
    if (queue_.empty() && !is_closed_) rest(lock);
    if (queue_.empty()) return;
    std::move_only_function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    --idle_;
    ++running_;
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes before the lane says that it is done
    finished_.fetch_add(1, std::memory_order_relaxed);
    lock.lock();
    --running_;
    ++idle_;
  }
}

void ThreadLane::rest(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  setup_.before_rest();
  lock.lock();
  wake_.wait(lock, [this] { return !queue_.empty() || is_closed_; });
}

std::size_t ThreadLane::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t ThreadLane::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::size_t ThreadLane::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

}  // namespace noded::runtime
