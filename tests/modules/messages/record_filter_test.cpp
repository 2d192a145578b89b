#include "modules/messages/record_filter.hpp"

#include "modules/messages/event_cursor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace noded::messages {
namespace {

using Kind = database::Change::Kind;

struct Matched {
  const char* filter;
  const char* entity;
  Kind kind;
  const char* id;
  bool is_taken;
};

class RecordFilterMatches : public testing::TestWithParam<Matched> {};

TEST_P(RecordFilterMatches, AsMqttDoes) {
  const auto filter = RecordFilter::parse(GetParam().filter);
  ASSERT_TRUE(filter.has_value()) << filter.error().message;
  EXPECT_EQ(filter->takes(GetParam().entity, GetParam().kind, GetParam().id), GetParam().is_taken);
}

INSTANTIATE_TEST_SUITE_P(
    Topics,
    RecordFilterMatches,
    testing::Values(
        Matched{"$data/#", "posts", Kind::kCreated, "1", true},
        Matched{"$data/posts/#", "posts", Kind::kErased, "1", true},
        Matched{"$data/posts/#", "pos", Kind::kErased, "1", false},
        Matched{"$data/posts/create/#", "posts", Kind::kCreated, "1", true},
        Matched{"$data/posts/create/#", "posts", Kind::kUpdated, "1", false},
        Matched{"$data/posts/update/17", "posts", Kind::kUpdated, "17", true},
        Matched{"$data/posts/update/17", "posts", Kind::kUpdated, "170", false},
        Matched{"$data/+/delete/+", "users", Kind::kErased, "9", true},
        Matched{"$data/+/delete/+", "users", Kind::kCreated, "9", false},
        Matched{"$data/posts/+/17", "posts", Kind::kCreated, "17", true},
        Matched{"$data/posts/+/17", "posts", Kind::kCreated, "18", false}
    )
);

struct Refused {
  const char* filter;
  const char* why;
};

class RecordFilterRefuses : public testing::TestWithParam<Refused> {};

TEST_P(RecordFilterRefuses, SayingWhatIsWrongAndWhatIsAllowed) {
  const auto filter = RecordFilter::parse(GetParam().filter);
  ASSERT_FALSE(filter.has_value());
  EXPECT_EQ(filter.error().code, Errc::kInvalid);
  EXPECT_THAT(filter.error().message, testing::HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Topics,
    RecordFilterRefuses,
    testing::Values(
        Refused{"", "does not begin with $data/"},
        Refused{"#", "does not begin with $data/"},
        Refused{"chat/1", "does not begin with $data/"},
        Refused{"$data", "four levels"},
        Refused{"$data/posts", "four levels"},
        Refused{"$data/posts/create", "four levels"},
        Refused{"$data/posts/create/1/2", "four levels"},
        Refused{"$data/posts/create/1/#", "nothing follows the fourth level"},
        Refused{"$data//create/1", "a level is empty"},
        Refused{"$data/po+/create/1", "a wildcard beside text"},
        Refused{"$data/#/create/1", "a wildcard beside text"},
        Refused{"$data/posts/write/1", "there is no action write"},
        Refused{"$data/\xff/create/1", "UTF-8"}
    )
);

TEST(RecordFilter, RefusesWhatIsTooLong) {
  EXPECT_FALSE(RecordFilter::parse("$data/" + std::string(1100, 'x') + "/#").has_value());
}

TEST(EventCursor, LeadsBehindWhatItNames) {
  using database::FeedPlace;
  EXPECT_EQ(place_behind("42"), (FeedPlace{43, 0}));
  EXPECT_EQ(place_behind("42.3"), (FeedPlace{42, 4}));
  for (const FeedPlace place : {FeedPlace{1, 0}, FeedPlace{42, 1}, FeedPlace{7, 0}})
    EXPECT_EQ(place_behind(cursor_before(place)), place);
}

TEST(EventCursor, IsNothingElse) {
  for (const char* text :
       {"",
        ".",
        "1.",
        ".1",
        "-1",
        "1.-1",
        "x",
        "1.2.3",
        " 1",
        "1 ",
        "18446744073709551615",
        "18446744073709551616",
        "1.4294967295",
        "1.4294967296"})
    EXPECT_FALSE(place_behind(text).has_value()) << text;
}

}  // namespace
}  // namespace noded::messages
