#include "modules/data/query_options.hpp"

#include "modules/data/validation.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace noded::data {
namespace {

struct OptionsCase {
  const char* name;
  const char* text;
  std::optional<std::int64_t> limit;
  std::optional<std::int64_t> offset;
  const char* members;
};

std::ostream& operator<<(std::ostream& out, const OptionsCase& c) {
  return out << c.name;
}

void expect_options(const Result<QueryOptions>& decoded, const OptionsCase& expected) {
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded->limit, expected.limit);
  EXPECT_EQ(decoded->offset, expected.offset);
  EXPECT_EQ(json::serialize(decoded->members), expected.members);
}

class QueryString : public ::testing::TestWithParam<OptionsCase> {};

TEST_P(QueryString, IsDecoded) {
  expect_options(decode_query_string(GetParam().text), GetParam());
}

constexpr auto kNone = std::nullopt;
const OptionsCase kStrings[] = {
    {"nothing", "", kNone, kNone, "{}"},
    {"limit_and_offset", "limit=2&offset=1", 2, 1, "{}"},
    {"zero_and_empty_are_the_defaults", "limit=0&offset=", kNone, kNone, "{}"},
    {"negative", "limit=-1&offset=-3", -1, -3, "{}"},
    {"exponent", "limit=1e2", 100, kNone, "{}"},
    {"hexadecimal", "limit=0x10", 16, kNone, "{}"},
    {"spaces_around_a_number", "limit=%202+", 2, kNone, "{}"},
    {"far_too_large", "limit=1e300", 9007199254740992, kNone, "{}"},
    {"unknown_names", "foo=1&where[views]=10&&=x&limit", kNone, kNone, "{}"},
    {"encoded_name", "%6Cimit=3", 3, kNone, "{}"},
    {"sort", "sort=views", kNone, kNone, R"({"sort":{"by":"views","dir":"asc"}})"},
    {"sort_descending", "sort=-views", kNone, kNone, R"({"sort":{"by":"views","dir":"desc"}})"},
    {"sort_object",
     R"(sort={"by":"views","dir":"desc"})",
     kNone,
     kNone,
     R"({"sort":{"by":"views","dir":"desc"}})"},
    {"sort_direction_alone",
     R"(sort={"dir":"desc"})",
     kNone,
     kNone,
     R"({"sort":{"dir":"desc","by":"id"}})"},
    {"sort_that_names_nothing", "sort=-&", kNone, kNone, R"({"sort":{"by":"id","dir":"asc"}})"},
    {"sort_of_nothing", "sort=", kNone, kNone, R"({"sort":{"by":"id","dir":"asc"}})"},
    {"sort_of_two", "sort=views,title", kNone, kNone, R"({"sort":{"by":"id","dir":"asc"}})"},
    {"sort_that_is_broken_json", "sort={bad", kNone, kNone, R"({"sort":{"by":"id","dir":"asc"}})"},
    {"select_by_commas", "select=id,title", kNone, kNone, R"({"select":["id","title"]})"},
    {"select_repeated", "select=id&select=title", kNone, kNone, R"({"select":["id","title"]})"},
    {"select_empty", "select=", kNone, kNone, "{}"},
    {"join", "join=authors", kNone, kNone, R"({"join":["authors"]})"},
    {"with_by_commas", "with=authors,tags", kNone, kNone, R"({"with":["authors","tags"]})"},
    {"with_repeated", "with=authors&with=tags", kNone, kNone, R"({"with":["authors","tags"]})"},
    {"with_as_json_list", R"(with=["authors"])", kNone, kNone, R"({"with":["authors"]})"},
    {"with_as_object",
     R"(with={"posts":{"limit":1}})",
     kNone,
     kNone,
     R"({"with":{"posts":{"limit":1}}})"},
    {"where", R"(where={"a":{"$gt":1}})", kNone, kNone, R"({"where":{"a":{"$gt":1}}})"},
    {"where_empty", "where=", kNone, kNone, "{}"},
    {"where_repeated_names_no_field",
     R"(where={"a":1}&where={})",
     kNone,
     kNone,
     R"({"where":{"0":"{\"a\":1}","1":"{}"}})"},
    {"plus_is_a_space", R"(where={"a":"x+y%2Bz"})", kNone, kNone, R"({"where":{"a":"x y+z"}})"},
};
INSTANTIATE_TEST_SUITE_P(Texts, QueryString, ::testing::ValuesIn(kStrings), [](const auto& info) {
  return info.param.name;
});

class QueryBody : public ::testing::TestWithParam<OptionsCase> {};

TEST_P(QueryBody, IsDecoded) {
  expect_options(decode_query_body(json::parse(GetParam().text)), GetParam());
}

const OptionsCase kBodies[] = {
    {"nothing", "{}", kNone, kNone, "{}"},
    {"numbers", R"({"limit":2,"offset":1})", 2, 1, "{}"},
    {"numbers_as_text", R"({"limit":"2","offset":""})", 2, kNone, "{}"},
    {"select_of_another_kind", R"({"select":5,"join":null})", kNone, kNone, "{}"},
    {"select_as_text", R"({"select":"id,title"})", kNone, kNone, R"({"select":["id","title"]})"},
    {"where_as_text", R"({"where":"{\"id\":2}"})", kNone, kNone, R"({"where":{"id":2}})"},
    {"where_null_or_empty", R"({"where":null})", kNone, kNone, "{}"},
    {"where_as_list", R"({"where":[5]})", kNone, kNone, R"({"where":{"0":5}})"},
    {"sort_empty", R"({"sort":{}})", kNone, kNone, R"({"sort":{"by":"id","dir":"asc"}})"},
    {"with_of_numbers", R"({"with":[5]})", kNone, kNone, R"({"with":["5"]})"},
};
INSTANTIATE_TEST_SUITE_P(Bodies, QueryBody, ::testing::ValuesIn(kBodies), [](const auto& info) {
  return info.param.name;
});

struct RefusalCase {
  const char* name;
  const char* body;
  const char* keyword;  // null: refused, but not by the schema
  const char* data;
};

std::ostream& operator<<(std::ostream& out, const RefusalCase& c) {
  return out << c.name;
}

class RefusedBody : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(RefusedBody, NamesWhatDoesNotFit) {
  const RefusalCase& expected = GetParam();
  const auto decoded = decode_query_body(json::parse(expected.body));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, Errc::kInvalid);
  if (expected.keyword == nullptr) {
    EXPECT_TRUE(decoded.error().type.empty());
    return;
  }
  ASSERT_EQ(decoded.error().type, kValidationRefusal);
  const auto answer = json::parse(decoded.error().members);
  EXPECT_EQ(answer.at("errors").at(0).at("keywordLocation"), expected.keyword);
  EXPECT_EQ(json::serialize(answer.at("errors").at(0).at("data")), expected.data);
  EXPECT_EQ(answer.at("schema").at("properties").at("limit").at("default"), 10);
}

const RefusalCase kRefusals[] = {
    {"no_object", "[]", "/type", "[]"},
    {"limit_of_text", R"({"limit":"abc"})", "/properties/limit/type", R"("abc")"},
    {"limit_null", R"({"limit":null})", "/properties/limit/type", "null"},
    {"limit_fraction", R"({"limit":1.5})", "/properties/limit/type", "1.5E0"},
    {"offset_of_text", R"({"offset":"Infinity"})", "/properties/offset/type", R"("Infinity")"},
    {"first_of_several", R"({"sort":5,"limit":true})", "/properties/limit/type", "true"},
    {"sort_direction",
     R"({"sort":{"by":"id","dir":"up"}})",
     "/properties/sort/anyOf",
     R"({"by":"id","dir":"up"})"},
    {"sort_with_more",
     R"({"sort":{"by":"id","x":1}})",
     "/properties/sort/anyOf",
     R"({"by":"id","x":1,"dir":"asc"})"},
    {"sort_by_a_number", R"({"sort":{"by":5}})", "/properties/sort/anyOf", R"({"by":5,"dir":"asc"})"
    },
    {"sort_null", R"({"sort":null})", "/properties/sort/anyOf", "null"},
    {"select_twice_the_same", R"({"select":"id,id"})", "/properties/select/anyOf", R"(["id","id"])"
    },
    {"select_of_numbers", R"({"select":[5]})", "/properties/select/anyOf", "[5]"},
    {"join_twice_the_same", R"({"join":["a","a"]})", "/properties/join/anyOf", R"(["a","a"])"},
    {"with_null", R"({"with":null})", "/properties/with/anyOf", "null"},
    {"with_of_broken_json", R"({"with":"{bad"})", nullptr, ""},
    {"where_of_a_number", R"({"where":5})", nullptr, ""},
    {"where_of_broken_json", R"({"where":"notjson"})", nullptr, ""},
};
INSTANTIATE_TEST_SUITE_P(Bodies, RefusedBody, ::testing::ValuesIn(kRefusals), [](const auto& info) {
  return info.param.name;
});

TEST(QueryStringRefusal, TellsOfAParameterGivenTwice) {
  const auto decoded = decode_query_string("limit=1&limit=2");
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(
      json::serialize(json::parse(decoded.error().members).at("errors").at(0).at("data")),
      R"(["1","2"])"
  );
}

TEST(QueryLimits, CutAndDefaultTheWindow) {
  const database::Entity entity;
  const database::QueryLimits limits{.max_rows = 5};
  const auto window = [&](std::optional<std::int64_t> limit, std::optional<std::int64_t> offset) {
    QueryOptions options;
    options.limit = limit;
    options.offset = offset;
    const auto query = to_query(entity, options, limits);
    EXPECT_TRUE(query.has_value());
    return std::pair(query->limit, query->offset);
  };
  EXPECT_EQ(window(std::nullopt, std::nullopt), std::pair(std::uint64_t{5}, std::uint64_t{0}));
  EXPECT_EQ(window(3, 7), std::pair(std::uint64_t{3}, std::uint64_t{7}));
  EXPECT_EQ(window(-1, -1), std::pair(std::uint64_t{5}, std::uint64_t{0}));
  EXPECT_EQ(window(6, 0), std::pair(std::uint64_t{5}, std::uint64_t{0}));
}

}  // namespace
}  // namespace noded::data
