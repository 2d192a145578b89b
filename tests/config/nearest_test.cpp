#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace noded::config {
namespace {

constexpr std::array<std::string_view, 5> kNames{
    "http.max_body", "http.timeout", "listen", "log.level", "runtime.loops"
};

struct NearestCase {
  const char* name;
  std::string_view typed;
  std::string_view meant;
};

class NearestName : public testing::TestWithParam<NearestCase> {};

TEST_P(NearestName, IsTheOneMeant) {
  EXPECT_EQ(nearest_name(GetParam().typed, kNames), GetParam().meant);
}

INSTANTIATE_TEST_SUITE_P(
    Typed,
    NearestName,
    testing::Values(
        NearestCase{"the_same", "listen", "listen"},
        NearestCase{"a_missing_letter", "http.max_bdy", "http.max_body"},
        NearestCase{"an_added_letter", "listenn", "listen"},
        NearestCase{"swapped_neighbours", "lsiten", "listen"},
        NearestCase{"another_letter", "http.timeoud", "http.timeout"},
        NearestCase{"a_forgotten_underscore", "http.maxbody", "http.max_body"},
        NearestCase{"nothing_like_it", "favourite_colour", ""},
        NearestCase{"nothing_at_all", "", ""}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(NearestName, DoesNotCompareEndlessWords) {
  const std::string endless(1'000'000, 'a');
  EXPECT_EQ(nearest_name(endless, kNames), "");
}

}  // namespace
}  // namespace noded::config
