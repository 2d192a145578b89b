#include "modules/system/dotted_path.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

namespace noded::system {
namespace {

json::object document() {
  return codec::parse_json(R"({"a":{"b":{"c":1},"list":[10,{"x":2}]},"n":null})")->get_object();
}

DottedPath path(std::string_view text) {
  return parse_dotted_path(text).value();
}

TEST(DottedPath, SplitsAtTheDots) {
  EXPECT_EQ(path("entities.posts.fields"), (DottedPath{"entities", "posts", "fields"}));
}

TEST(DottedPath, RefusesEmptySegmentsAndEndlessPaths) {
  for (const std::string& text :
       {std::string(),
        std::string("."),
        std::string("a."),
        std::string(".a"),
        std::string("a..b"),
        std::string(2 * kMaxPathDepth, '.'),
        std::string("a") + std::string(40, '.')}) {
    EXPECT_FALSE(parse_dotted_path(text)) << text;
  }
  std::string deep = "a";
  for (std::size_t i = 1; i < kMaxPathDepth; ++i)
    deep += ".a";
  EXPECT_TRUE(parse_dotted_path(deep));
  EXPECT_FALSE(parse_dotted_path(deep + ".a"));
}

TEST(DottedPath, FindsMembersAndElements) {
  const auto tree = document();
  const auto at = [&tree](std::string_view text) {
    const auto parsed = path(text);
    return find_at(tree, parsed, parsed.size());
  };
  EXPECT_EQ(*at("a.b.c"), 1);
  EXPECT_EQ(*at("a.list.0"), 10);
  EXPECT_EQ(*at("a.list.1.x"), 2);
  EXPECT_TRUE(at("n")->is_null());
  for (const std::string_view missing : {"b", "a.x", "a.b.c.d", "a.list.2", "a.list.x", "n.a"})
    EXPECT_EQ(at(missing), nullptr) << missing;
}

TEST(DottedPath, PutsAndMakesTheWay) {
  auto tree = document();
  ASSERT_TRUE(put_at(tree, path("a.b.d.e"), 5));
  ASSERT_TRUE(put_at(tree, path("n.x"), 6));
  ASSERT_TRUE(put_at(tree, path("a.list.1.x"), 7));
  ASSERT_TRUE(put_at(tree, path("a.list.2"), 8));
  EXPECT_EQ(
      codec::to_json_text(tree),
      R"({"a":{"b":{"c":1,"d":{"e":5}},"list":[10,{"x":7},8]},"n":{"x":6}})"
  );
}

TEST(DottedPath, RefusesToPutBehindTheEndOfAList) {
  auto tree = document();
  EXPECT_FALSE(put_at(tree, path("a.list.7"), 1));
  EXPECT_FALSE(put_at(tree, path("a.list.name"), 1));
}

TEST(DottedPath, RemovesAndKeepsTheOrderOfTheRest) {
  auto tree =
      codec::parse_json(R"({"a":1,"b":2,"c":[1,2,3],"d":{"x":1,"y":2,"z":3}})")->get_object();
  EXPECT_TRUE(remove_at(tree, path("a")));
  EXPECT_TRUE(remove_at(tree, path("c.1")));
  EXPECT_TRUE(remove_at(tree, path("d.x")));
  EXPECT_FALSE(remove_at(tree, path("d.x")));
  EXPECT_FALSE(remove_at(tree, path("nothing.at.all")));
  EXPECT_EQ(codec::to_json_text(tree), R"({"b":2,"c":[1,3],"d":{"y":2,"z":3}})");
}

}  // namespace
}  // namespace noded::system
