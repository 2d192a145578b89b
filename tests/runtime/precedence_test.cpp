#include "runtime/precedence.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace noded::runtime {
namespace {

constexpr int kNiceness = -5;

int own_niceness() {
  return getpriority(PRIO_PROCESS, 0);
}

// What each of these leaves behind belongs to the thread that it acts on.
template <class Work>
void on_a_thread(Work work) {
  std::thread(work).join();
}

bool is_permitted() {
  bool permitted = false;
  on_a_thread([&] { permitted = setpriority(PRIO_PROCESS, 0, kNiceness) == 0; });
  return permitted;
}

TEST(Precedence, RunsBeforeOthersWhereTheSystemPermitsIt) {
  const int before = own_niceness();
  int after = 0;
  on_a_thread([&] {
    run_before_others(kNiceness);
    after = own_niceness();
  });
  EXPECT_EQ(after, is_permitted() ? std::max(-20, before + kNiceness) : before);
}

TEST(Precedence, IsNotInheritedByThreadsThatAreStartedLater) {
  int inherited = -20;
  on_a_thread([&] {
    run_before_others(kNiceness);
    on_a_thread([&] { inherited = own_niceness(); });
  });
  EXPECT_GE(inherited, 0);
}

TEST(Precedence, IsNeverLowerThanBefore) {
  on_a_thread([] {
    run_behind_others(0, 2);
    const int before = own_niceness();
    run_before_others(0);
    EXPECT_LE(own_niceness(), before);
  });
}

TEST(Precedence, RunsBehindThoseThatGoBefore) {
  const int before = own_niceness();
  const int others = is_permitted() ? std::max(-20, before + kNiceness) : before;
  on_a_thread([others] {
    run_behind_others(kNiceness, 8);
    EXPECT_EQ(own_niceness(), others + 8);
  });
  on_a_thread([before] {
    run_behind_others(0, 3);
    EXPECT_EQ(own_niceness(), before + 3);
  });
}

}  // namespace
}  // namespace noded::runtime
