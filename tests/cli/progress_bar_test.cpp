#include "cli/progress_bar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noded::cli {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

TEST(ProgressBar, ShowsShareRateAndTheTimeThatIsLeft) {
  EXPECT_EQ(
      bar_text("posts", 500, 2000, milliseconds(5000)),
      "  posts            [#######.......................]  25 %  500 of 2000 rows, 100 rows/s, "
      "0:15 left"
  );
}

TEST(ProgressBar, ShowsNoRateBeforeThereIsOneAndNoTimeAtTheEnd) {
  EXPECT_THAT(bar_text("posts", 0, 10, milliseconds(0)), Not(HasSubstr("rows/s")));
  EXPECT_THAT(bar_text("posts", 10, 10, milliseconds(100)), HasSubstr("100 %"));
  EXPECT_THAT(bar_text("posts", 10, 10, milliseconds(100)), Not(HasSubstr("left")));
  EXPECT_THAT(bar_text("", 0, 0, milliseconds(1)), HasSubstr("100 %"));
}

TEST(ProgressBar, StaysWholeWhenThereIsMoreThanWasCounted) {
  EXPECT_THAT(bar_text("posts", 30, 10, milliseconds(1)), HasSubstr("100 %"));
}

}  // namespace
}  // namespace noded::cli
