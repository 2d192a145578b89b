#include "modules/system/query_flags.hpp"

#include <gtest/gtest.h>

namespace noded::system {
namespace {

TEST(QueryFlags, TakeTheFormsOfABoolean) {
  const auto flags =
      QueryFlags::parse("a=1&b=true&c=0&d=false&e=&x=7", {"a", "b", "c", "d", "e", "f"});
  ASSERT_TRUE(flags);
  EXPECT_TRUE(flags->is_set("a"));
  EXPECT_TRUE(flags->is_set("b"));
  EXPECT_EQ(flags->value("c"), false);
  EXPECT_EQ(flags->value("d"), false);
  EXPECT_EQ(flags->value("e"), std::nullopt);
  EXPECT_EQ(flags->value("f"), std::nullopt);
}

TEST(QueryFlags, DecodeTheValueAndTakeTheFirst) {
  const auto flags = QueryFlags::parse("a=%31&a=0&bb=1", {"a", "b"});
  ASSERT_TRUE(flags);
  EXPECT_TRUE(flags->is_set("a"));
  EXPECT_FALSE(flags->is_set("b"));
}

TEST(QueryFlags, RefuseAnythingElseAsAValidationAnswer) {
  const auto flags = QueryFlags::parse("secrets=x", {"secrets"});
  ASSERT_FALSE(flags);
  EXPECT_EQ(
      flags.error().message,
      R"({"valid":false,"errors":[{"keywordLocation":"/properties/secrets/type","instanceLocation":"/secrets",)"
      R"("error":"Expected boolean","data":"x"}],"schema":{"type":"object","properties":{"secrets":{"type":"boolean"}}}})"
  );
  EXPECT_FALSE(QueryFlags::parse("secrets=%zz", {"secrets"}));
}

}  // namespace
}  // namespace noded::system
