#include "cli/point_in_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace noded::cli {
namespace {

constexpr std::int64_t kNow = 1'763'726'400'500;  // 2025-11-21T12:00:00.500Z

struct TimeCase {
  const char* name;
  const char* text;
  std::optional<std::int64_t> time_ms;
};
class PointInTime : public testing::TestWithParam<TimeCase> {};

TEST_P(PointInTime, IsReadOrRefused) {
  const auto time = parse_point_in_time(GetParam().text, WallTime(std::chrono::milliseconds(kNow)));
  if (!GetParam().time_ms) {
    ASSERT_FALSE(time);
    EXPECT_EQ(time.error().code, Errc::kInvalid);
    EXPECT_THAT(time.error().message, testing::HasSubstr(GetParam().text));
    return;
  }
  ASSERT_TRUE(time) << time.error().message;
  EXPECT_EQ(time->time_since_epoch().count(), *GetParam().time_ms);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    PointInTime,
    testing::Values(
        TimeCase{"utc", "2025-11-21T12:00:00Z", kNow - 500},
        TimeCase{"milliseconds", "2025-11-21T12:00:00.499Z", kNow - 1},
        TimeCase{"zone", "2025-11-21T13:30:00+01:30", kNow - 500},
        TimeCase{"now", "2025-11-21T12:00:00.500Z", kNow},
        TimeCase{"minutes_ago", "10m ago", kNow - 600'000},
        TimeCase{"min_ago", "10min ago", kNow - 600'000},
        TimeCase{"days_ago", "2d ago", kNow - 172'800'000},
        TimeCase{"future", "2025-11-21T12:00:01Z", std::nullopt},
        TimeCase{"without_zone", "2025-11-21T12:00:00", std::nullopt},
        TimeCase{"date_only", "2025-11-21", std::nullopt},
        TimeCase{"words", "yesterday", std::nullopt},
        TimeCase{"no_unit", "10 ago", std::nullopt},
        TimeCase{"negative", "-10m ago", std::nullopt},
        TimeCase{"only_ago", " ago", std::nullopt}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::cli
