#include "runtime/precedence.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

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
constexpr int kLeastNiceness = -20;
constexpr std::uint32_t kLeastRealTime = 1;
constexpr std::uint64_t kResetOnFork = 1;  // SCHED_FLAG_RESET_ON_FORK of linux/sched.h

bool set_attributes(const SchedulingAttributes& wanted, pid_t thread = 0) {
  return syscall(SYS_sched_setattr, thread, &wanted, 0) == 0;
}

}  // namespace

// On Linux the niceness is a thread's own (setpriority(2), BUGS); 0 names the calling thread.
void run_before_others(int niceness) {
  const int own = getpriority(PRIO_PROCESS, 0);
  SchedulingAttributes wanted;
  wanted.nice = std::max(kLeastNiceness, own + niceness);
  wanted.flags = wanted.nice < 0 ? kResetOnFork : 0;
  wanted.runtime_ns = kSlice_ns;
  if (set_attributes(wanted)) return;
  wanted.nice = own;
  set_attributes(wanted);
}

void enter_real_time(pid_t thread) {
  SchedulingAttributes wanted;
  wanted.policy = SCHED_RR;
  wanted.flags = kResetOnFork;
  wanted.priority = kLeastRealTime;
  set_attributes(wanted, thread);
}

void leave_real_time(pid_t thread) {
  SchedulingAttributes wanted;
  wanted.flags = kResetOnFork;  // only root could take it away again
  wanted.nice = getpriority(PRIO_PROCESS, static_cast<id_t>(thread));  // which real time has kept
  wanted.runtime_ns = kSlice_ns;
  set_attributes(wanted, thread);
}

void run_behind_others(int niceness, int steps) {
  const int own = getpriority(PRIO_PROCESS, 0);
  const int before = std::max(kLeastNiceness, own + niceness);
  const bool is_permitted = setpriority(PRIO_PROCESS, 0, before) == 0;
  setpriority(PRIO_PROCESS, 0, (is_permitted ? before : own) + steps);
}

}  // namespace noded::runtime
