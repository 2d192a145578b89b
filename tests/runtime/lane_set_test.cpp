#include "runtime/lane_set.hpp"

#include "config/configuration.hpp"
#include "runtime/runtime_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <thread>

namespace noded::runtime {
namespace {

class LaneSetTest : public testing::Test {
 protected:
  LaneSetTest() {
    EXPECT_TRUE(options_.add(runtime_options()).has_value());
    configuration_.emplace(options_);
    configuration_->set(kHashThreads.name, std::int64_t{1}, "test");
    configuration_->set(kHashWait.name, std::chrono::milliseconds{1}, "test");
  }

  config::OptionSet options_;
  std::optional<config::Configuration> configuration_;
  FrontThreads front_{0, false};
  telemetry::Metrics metrics_;
};

TEST_F(LaneSetTest, AFullHashLaneLeavesTheStoreLaneFree) {
  LaneSet lanes(*configuration_, front_, metrics_, [] {});
  std::latch hashing{1};
  std::latch done{1};
  ASSERT_TRUE(lanes.hash().try_post([&] {
    hashing.count_down();
    done.wait();
  }));
  hashing.wait();
  ASSERT_TRUE(lanes.hash().try_post([] {}));
  EXPECT_FALSE(lanes.hash().try_post([] {}));
  // Only a read that runs while the hash is held lets it go; a starved one would never return.
  ASSERT_TRUE(lanes.store().try_post([&done] { done.count_down(); }));
  lanes.close();
}

TEST_F(LaneSetTest, HashesOnHalfOfTheCoresUnlessTold) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  configuration_->set(kHashThreads.name, std::int64_t{0}, "test");
  LaneSet half(*configuration_, front_, metrics_, [] {});
  EXPECT_EQ(half.hash().setup().thread_limit, std::max<std::size_t>(1, cores / 2));
  configuration_->set(kHashThreads.name, std::int64_t{3}, "test");
  telemetry::Metrics metrics;
  LaneSet told(*configuration_, front_, metrics, [] {});
  EXPECT_EQ(told.hash().setup().thread_limit, 3);
}

TEST_F(LaneSetTest, ShowsItsLanesAsMetrics) {
  LaneSet lanes(*configuration_, front_, metrics_, [] {});
  ASSERT_TRUE(lanes.store().try_post([] {}));
  lanes.close();
  const std::string text = metrics_.print();
  EXPECT_THAT(text, testing::HasSubstr("noded_lane_finished_total{lane=\"store\"} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("noded_lane_finished_total{lane=\"hash\"} 0\n"));
}

}  // namespace
}  // namespace noded::runtime
