#include "cli/doctor_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noded::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAnswer = R"({
  "entities":2,"rows":30,"index_entries":60,"changes":40,
  "findings":[
    {"what":"index_missing","entity":"posts","key":"7","sentence":"row 7 is missed","mendable":true},
    {"what":"row_unreadable","entity":"posts","key":"8","sentence":"row 8 is broken","mendable":false}],
  "notes":[{"what":"rows_kept","entity":"old","rows":3,"sentence":"3 rows of old are kept"}],
  "counts":{"index_missing":5,"row_unreadable":1},
  "mended":{"count_wrong":1}})";

TEST(DoctorScreen, NamesEachFindingWithWhatMendsIt) {
  const std::string screen = records_screen(kAnswer);
  EXPECT_THAT(screen, HasSubstr("records    rows 30, entities 2, index entries 60, changes 40\n"));
  EXPECT_THAT(
      screen,
      HasSubstr("  ! row 7 is missed\n      code     index_missing\n"
                "      mend     noded doctor --repair\n")
  );
  EXPECT_THAT(screen, HasSubstr("  ! row 8 is broken\n      code     row_unreadable\n"));
  EXPECT_THAT(screen, HasSubstr("restore a backup"));
}

TEST(DoctorScreen, CountsWhatIsNotListedAndWhatWasMended) {
  const std::string screen = records_screen(kAnswer);
  EXPECT_THAT(screen, HasSubstr("! and 4 more of index_missing\n"));
  EXPECT_THAT(screen, Not(HasSubstr("more of row_unreadable")));
  EXPECT_THAT(screen, HasSubstr("mended     1 of count_wrong\n"));
}

TEST(DoctorScreen, ShowsWhatIsNoDamageBehindWhatIs) {
  const std::string screen = records_screen(kAnswer);
  const std::string note =
      "  - 3 rows of old are kept\n      code     rows_kept\n"
      "      do       nothing: they can be read again once the entity is back\n";
  ASSERT_THAT(screen, HasSubstr(note));
  EXPECT_GT(screen.find(note), screen.find("row 8 is broken"));
}

TEST(DoctorScreen, OfAnOlderNodeThatTellsNoNotesIsTheSameWithoutThem) {
  const std::string_view older =
      R"({"entities":0,"rows":0,"index_entries":0,"changes":0,"findings":[],"counts":{},"mended":{}})";
  EXPECT_THAT(records_screen(older), HasSubstr("records    rows 0"));
}

TEST(DoctorScreen, IsEmptyForTheAnswerOfAnotherVersion) {
  EXPECT_EQ(records_screen(R"({"rows":1})"), "");
  EXPECT_EQ(records_screen("no JSON"), "");
}

}  // namespace
}  // namespace noded::cli
