#include "runtime/loops.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <set>
#include <stdexcept>

namespace noded::runtime {
namespace {

TEST(Loops, RunEachLoopOnAThreadOfItsOwnTheFirstOnTheCallers) {
  Loops loops(3);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::thread::id main_thread;
  std::atomic<int> left{3};
  const auto note = [&](bool is_main) {
    {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      if (is_main) main_thread = std::this_thread::get_id();
    }
    if (--left == 0) loops.stop();
  };
  for (net::io_context* loop : loops.all())
    net::post(*loop, [&, loop] { note(loop == &loops.main()); });
  loops.run();
  EXPECT_EQ(threads.size(), 3U);
  EXPECT_EQ(main_thread, std::this_thread::get_id());
}

std::atomic<int> defects{0};

TEST(Loops, ReportAHandlerThatThrowsAndGoOn) {
  set_defect_handler([](const char*, std::exception_ptr) { ++defects; });
  Loops loops(1);
  bool went_on = false;
  net::post(loops.main(), [] { throw std::runtime_error("a defect"); });
  net::post(loops.main(), [&] {
    went_on = true;
    loops.stop();
  });
  loops.run();
  set_defect_handler(nullptr);
  EXPECT_TRUE(went_on);
  EXPECT_EQ(defects, 1);
}

TEST(Loops, DestroyWhatUnfinishedTasksHold) {
  auto held = std::make_shared<int>(1);
  Loops loops(1);
  net::post(loops.main(), [&loops, held] {
    net::post(loops.main(), [held] { FAIL() << "ran after stop"; });
    loops.stop();
  });
  loops.run();
  loops.discard();
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace noded::runtime
