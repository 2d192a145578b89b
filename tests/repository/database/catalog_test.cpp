#include "repository/database/schema.hpp"

#include <gtest/gtest.h>

namespace noded::database {
namespace {

TEST(Catalog, GivesTheSameNumberToTheSameName) {
  Catalog catalog;
  const auto posts = catalog.entity("posts");
  const auto tags = catalog.entity("tags");
  EXPECT_NE(posts, tags);
  EXPECT_EQ(catalog.entity("posts"), posts);
  EXPECT_EQ(catalog.field(posts, "title"), 1);
  EXPECT_EQ(catalog.field(posts, "body"), 2);
  EXPECT_EQ(catalog.field(tags, "label"), 1);
  EXPECT_EQ(catalog.field(posts, "title"), 1);
}

TEST(Catalog, TellsNewIndicesFromKnownOnes) {
  Catalog catalog;
  bool is_new = false;
  const auto first = catalog.index(1, {1, 2}, false, is_new);
  EXPECT_TRUE(is_new);
  EXPECT_EQ(catalog.index(1, {1, 2}, false, is_new), first);
  EXPECT_FALSE(is_new);
  EXPECT_NE(catalog.index(1, {1, 2}, true, is_new), first);
  EXPECT_TRUE(is_new);
  EXPECT_NE(catalog.index(1, {2, 1}, false, is_new), first);
  EXPECT_TRUE(is_new);
}

TEST(Catalog, NeverReusesTheNumberOfAForgottenIndex) {
  Catalog catalog;
  bool is_new = false;
  const auto first = catalog.index(1, {1}, false, is_new);
  catalog.forget_index(first);
  EXPECT_TRUE(catalog.indices().empty());
  EXPECT_NE(catalog.index(1, {1}, false, is_new), first);
  EXPECT_TRUE(is_new);
}

TEST(Catalog, ReadsWhatItWrote) {
  Catalog catalog;
  const auto posts = catalog.entity("posts");
  const auto quoted = catalog.entity("a \"quoted\" \xc3\xbc");
  catalog.field(posts, "title");
  catalog.field(quoted, "x");
  catalog.field(quoted, "y");
  bool is_new = false;
  catalog.index(posts, {1}, true, is_new);
  catalog.forget_index(catalog.index(quoted, {1, 2}, false, is_new));
  auto copy = Catalog::parse(catalog.serialise());
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(*copy, catalog);
  EXPECT_EQ(copy->field(quoted, "z"), 3);
}

TEST(Catalog, IsEmptyBeforeAnythingIsStored) {
  const auto catalog = Catalog::parse("");
  ASSERT_TRUE(catalog);
  EXPECT_EQ(*catalog, Catalog());
}

TEST(Catalog, HasNoNumberLeftAfterTheLastField) {
  Catalog catalog;
  const auto entity = catalog.entity("wide");
  std::string text = catalog.serialise();
  const std::string none = "\"fields\":{}";
  text.replace(text.find(none), none.size(), "\"fields\":{\"last\":65535}");
  auto full = Catalog::parse(text);
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->field(entity, "last"), 65535);
  EXPECT_EQ(full->field(entity, "more"), 0);
}

class DamagedCatalog : public testing::TestWithParam<const char*> {};

TEST_P(DamagedCatalog, IsRefused) {
  const auto catalog = Catalog::parse(GetParam());
  ASSERT_FALSE(catalog);
  EXPECT_EQ(catalog.error().code, Errc::kInternal);
  EXPECT_NE(catalog.error().message.find("damaged"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    DamagedCatalog,
    testing::Values(
        "{",
        "[]",
        "{}",
        R"({"format":2,"entities":{},"indices":[],"next_entity":1,"next_index":1})",
        R"({"format":1,"entities":[],"indices":[],"next_entity":1,"next_index":1})",
        R"({"format":1,"entities":{},"indices":[],"next_entity":0,"next_index":1})",
        R"({"format":1,"entities":{"a":{"id":0,"fields":{}}},"indices":[],"next_entity":1,"next_index":1})",
        R"({"format":1,"entities":{"a":{"id":1}},"indices":[],"next_entity":2,"next_index":1})",
        R"({"format":1,"entities":{"a":{"id":1,"fields":{"f":65536}}},"indices":[],"next_entity":2,"next_index":1})",
        R"({"format":1,"entities":{},"indices":[{"id":1,"entity":1,"fields":[1]}],"next_entity":1,"next_index":2})",
        R"({"format":1,"entities":{},"indices":[7],"next_entity":1,"next_index":2})"
    )
);

}  // namespace
}  // namespace noded::database
