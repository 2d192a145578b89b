#include "cli/elapsed_line.hpp"

#include <gtest/gtest.h>

namespace noded::cli {
namespace {

using std::chrono::seconds;

TEST(ElapsedLine, ShowsMinutesAndSeconds) {
  EXPECT_EQ(elapsed_text("backing up", seconds(3)), "  backing up ... 0:03");
  EXPECT_EQ(elapsed_text("restoring", seconds(3725)), "  restoring ... 62:05");
}

}  // namespace
}  // namespace noded::cli
