#include "runtime/loops.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <exception>
#include <utility>

namespace noded::runtime {
namespace {

// struct sched_attr of sched_setattr(2), first version; glibc has it from 2.41 on.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

constexpr std::uint64_t kSlice_ns = 100'000;  // the least that Linux takes

// A loop runs often and briefly. Asking for short slices lets it run as soon as it is woken, before
// the hashes and the compactions of other threads have ended theirs (Linux 6.12 and newer; others
// refuse or ignore it, and nothing is lost).
void ask_for_short_slices() {
  SchedulingAttributes wanted;
  wanted.nice = getpriority(PRIO_PROCESS, 0);
  wanted.runtime_ns = kSlice_ns;
  syscall(SYS_sched_setattr, 0, &wanted, 0);
}

}  // namespace

Loops::Loops(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    loops_.push_back(std::make_unique<Loop>());
    guards_.push_back(net::make_work_guard(*loops_.back()));
  }
}

Loops::~Loops() {
  stop();
  for (std::thread& thread : threads_)
    thread.join();
}

std::vector<net::io_context*> Loops::all() const {
  std::vector<net::io_context*> out;
  for (const auto& loop : loops_)
    out.push_back(loop.get());
  return out;
}

void Loops::run_one(net::io_context& loop, const char* name) {
  ask_for_short_slices();
  while (true) {
    try {
      loop.run();
      return;
    } catch (...) {  // a handler that is no task failed: reported, and the others go on
      report_defect(name, std::current_exception());
    }
  }
}

void Loops::run() {
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    threads_.emplace_back([loop = loops_[i].get()] { run_one(*loop, "loop"); });
  }
  run_one(main(), "main loop");
  for (std::thread& thread : std::exchange(threads_, {}))
    thread.join();
}

void Loops::stop() {
  for (const auto& loop : loops_)
    loop->stop();
}

void Loops::discard() {
  guards_.clear();
  for (const auto& loop : loops_)
    loop->shutdown();
}

}  // namespace noded::runtime
