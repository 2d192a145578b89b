#include "http/router_table.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <thread>

namespace noded::http {
namespace {

Route make_route(Method method, std::string pattern) {
  return {
      .method = method,
      .pattern = std::move(pattern),
      .permission = {},
      .summary = {},
      .request_schema = {},
      .response_schema = {},
      .handler = {}
  };
}

std::vector<Route> gets(std::initializer_list<const char*> patterns) {
  std::vector<Route> routes;
  for (const char* pattern : patterns)
    routes.push_back(make_route(Method::kGet, pattern));
  return routes;
}

struct MatchCase {
  const char* name;
  std::string path;
  const char* expected;  // "pattern name=value …", "" for none, "bad" for a bad path
};

class Routes : public testing::TestWithParam<MatchCase> {};

std::string describe(const RouterTable& table, Method method, std::string_view path) {
  std::vector<PathParameter> parameters;
  const RouteMatch match = table.find(method, path, parameters);
  if (match.is_bad_path) return "bad";
  if (match.route == nullptr) return "";
  std::string text = match.route->pattern;
  for (const PathParameter& parameter : parameters) {
    text += " " + std::string(parameter.name) + "=" + parameter.value;
  }
  return text;
}

TEST_P(Routes, MatchTheMostSpecificPattern) {
  RouterTable table;
  ASSERT_TRUE(table.mount(
      "test",
      gets(
          {"/",
           "/a",
           "/a/",
           "/a/:x",
           "/a/b/c",
           "/a/:x/c",
           "/a/:x/:y",
           "/a/b/:y/d",
           "/files/*rest",
           "/files/index",
           "/files/:x/meta",
           "/tags/:name/list"}
      )
  ));
  EXPECT_EQ(describe(table, Method::kGet, GetParam().path), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Paths,
    Routes,
    testing::Values(
        MatchCase{"root", "/", "/"},
        MatchCase{"literal", "/a", "/a"},
        MatchCase{"trailing_slash", "/a/", "/a/"},
        MatchCase{"parameter", "/a/z", "/a/:x x=z"},
        MatchCase{"literal_and_deeper", "/a/b", "/a/:x x=b"},
        MatchCase{"all_literal", "/a/b/c", "/a/b/c"},
        MatchCase{"literal_tail", "/a/z/c", "/a/:x/c x=z"},
        MatchCase{"two_parameters", "/a/b/z", "/a/:x/:y x=b y=z"},
        MatchCase{"parameter_inside", "/a/b/z/d", "/a/b/:y/d y=z"},
        MatchCase{"deeper_than_any", "/a/b/z/e", ""},
        MatchCase{"unknown", "/z", ""},
        MatchCase{"trailing_slash_unknown", "/a/z/c/", ""},
        MatchCase{"empty_parameter", "/a//c", ""},
        MatchCase{"rest", "/files/a/b.txt", "/files/*rest rest=a/b.txt"},
        MatchCase{"empty_rest", "/files/", "/files/*rest rest="},
        MatchCase{"no_rest", "/files", ""},
        MatchCase{"literal_before_rest", "/files/index", "/files/index"},
        MatchCase{"parameter_before_rest", "/files/a/meta", "/files/:x/meta x=a"},
        MatchCase{"rest_after_literal_fails", "/files/index/a", "/files/*rest rest=index/a"},
        MatchCase{"rest_after_parameter_fails", "/files/a/metas", "/files/*rest rest=a/metas"},
        MatchCase{"encoded_literal", "/%74ags/x/list", "/tags/:name/list name=x"},
        MatchCase{"encoded_parameter", "/a/%C3%A4%20+", "/a/:x x=\xc3\xa4 +"},
        MatchCase{"decoded_only_once", "/a/%2541", "/a/:x x=%41"},
        MatchCase{"encoded_slash", "/a/b%2Fc", "bad"},
        MatchCase{"encoded_slash_in_rest", "/files/b%2fc", "bad"},
        MatchCase{"encoded_nul", "/a/b%00", "bad"},
        MatchCase{"no_utf8", "/a/%ff", "bad"},
        MatchCase{"raw_bytes_that_are_no_utf8", "/a/\xff", "bad"},
        MatchCase{"broken_escape", "/a/%zz", "bad"},
        MatchCase{"broken_escape_nowhere", "/%zz", ""},
        MatchCase{"dot_segments_in_rest", "/files/../secret", "bad"},
        MatchCase{"encoded_dot_segments_in_rest", "/files/a/%2e%2E/b", "bad"},
        MatchCase{"dots_that_are_no_segment", "/files/..a", "/files/*rest rest=..a"},
        MatchCase{"no_slash", "*", ""}
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

TEST(RouterTable, GivesLongPathsToTheRestOnly) {
  RouterTable table;
  ASSERT_TRUE(table.mount("test", gets({"/files/*rest", "/:a/:b"})));
  std::string segments = "a";
  for (int count = 0; count < 50; ++count)
    segments += "/a";
  EXPECT_EQ(describe(table, Method::kGet, "/files/" + segments), "/files/*rest rest=" + segments);
  EXPECT_EQ(describe(table, Method::kGet, "/other/" + segments), "");
}

TEST(RouterTable, KeepsMethodsApartAndRoutesHeadAsGet) {
  RouterTable table;
  std::vector<Route> routes = gets({"/a"});
  routes.push_back(make_route(Method::kPost, "/a/:x"));
  ASSERT_TRUE(table.mount("test", std::move(routes)));
  EXPECT_EQ(describe(table, Method::kHead, "/a"), "/a");
  EXPECT_EQ(describe(table, Method::kPost, "/a"), "");
  EXPECT_EQ(describe(table, Method::kPost, "/a/b"), "/a/:x x=b");
  EXPECT_EQ(describe(table, Method::kOther, "/a"), "");
}

TEST(RouterTable, RefusesTwoClaimsToOnePatternAndKeepsTheOldTable) {
  RouterTable table;
  ASSERT_TRUE(table.mount("one", gets({"/a/:x"})));
  const auto refused = table.mount("two", gets({"/b", "/a/:other"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_EQ(refused.error().message, "two routes claim GET /a/:x and /a/:other");
  EXPECT_EQ(describe(table, Method::kGet, "/b"), "");
  EXPECT_EQ(describe(table, Method::kGet, "/a/z"), "/a/:x x=z");
}

TEST(RouterTable, ReplacesAndRemovesTheRoutesOfAnOwner) {
  RouterTable table;
  ASSERT_TRUE(table.mount("one", gets({"/a", "/b"})));
  ASSERT_TRUE(table.mount("two", gets({"/c"})));
  ASSERT_TRUE(table.mount("one", gets({"/b", "/d"})));
  EXPECT_EQ(describe(table, Method::kGet, "/a"), "");
  EXPECT_EQ(describe(table, Method::kGet, "/d"), "/d");
  EXPECT_EQ(table.routes().size(), 3U);
  table.unmount("one");
  EXPECT_EQ(describe(table, Method::kGet, "/d"), "");
  EXPECT_EQ(describe(table, Method::kGet, "/c"), "/c");
}

TEST(RouterTable, RefusesPatternsThatAreNone) {
  for (const char* pattern : {"", "a", "/a/:", "/*", "/*rest/a"}) {
    RouterTable table;
    EXPECT_FALSE(table.mount("test", gets({pattern}))) << pattern;
  }
}

TEST(RouterTable, KeepsAFoundRouteAliveWhileTablesAreSwapped) {
  RouterTable table;
  ASSERT_TRUE(table.mount("test", gets({"/a/:x"})));
  std::vector<PathParameter> parameters;
  const RouteMatch match = table.find(Method::kGet, "/a/b", parameters);
  table.unmount("test");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->pattern, "/a/:x");
  EXPECT_EQ(parameters.at(0).name, "x");
}

TEST(RouterTable, IsReadWhileItIsChanged) {
  RouterTable table;
  ASSERT_TRUE(table.mount("fixed", gets({"/a/:x"})));
  std::jthread writer([&table](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      EXPECT_TRUE(table.mount("changing", gets({"/b", "/a/c"})));
      table.unmount("changing");
    }
  });
  for (int count = 0; count < 2000; ++count) {
    ASSERT_EQ(describe(table, Method::kGet, "/a/b"), "/a/:x x=b");
  }
}

}  // namespace
}  // namespace noded::http
