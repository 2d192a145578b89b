#include "runtime/thread_lane.hpp"

#include "runtime/precedence.hpp"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace noded::runtime {
namespace {

using namespace std::chrono_literals;

constexpr int kExperience = 8;  // pieces of work of which the last one has this part of the say

}  // namespace

ThreadLane::ThreadLane(ThreadLaneSetup setup) : setup_(std::move(setup)), usual_(setup_.usual) {}

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
  return is_closed_ || queue_.size() >= most_queued() + idle_;
}

std::size_t ThreadLane::most_queued() const {
  const auto each = static_cast<std::size_t>(setup_.wait_limit / std::max(usual_, 1ns));
  if (each >= setup_.queue_limit) return setup_.queue_limit;
  return std::min(setup_.queue_limit, std::max<std::size_t>(1, each) * setup_.thread_limit);
}

void ThreadLane::learn(std::chrono::nanoseconds took) {
  usual_ += (took - usual_) / kExperience;
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
  Rush rush;
  std::unique_lock lock(mutex_);
  while (true) {
    if (queue_.empty() && !is_closed_) rest(lock, rush);
    if (queue_.empty()) return;
    std::move_only_function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    --idle_;
    ++running_;
    lock.unlock();
    if (setup_.front != nullptr && !rush) rush.emplace(*setup_.front);
    const auto began = std::chrono::steady_clock::now();
    work();
    work = nullptr;  // what it holds goes before the lane says that it is done
    finished_.fetch_add(1, std::memory_order_relaxed);
    const auto took = std::chrono::steady_clock::now() - began;
    lock.lock();
    learn(took);
    --running_;
    ++idle_;
  }
}

void ThreadLane::rest(std::unique_lock<std::mutex>& lock, Rush& rush) {
  lock.unlock();
  rush.reset();
  setup_.before_rest();
  lock.lock();
  wake_.wait(lock, [this] { return !queue_.empty() || is_closed_; });
}

std::size_t ThreadLane::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t ThreadLane::queue_limit() const {
  const std::lock_guard lock(mutex_);
  return most_queued();
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
