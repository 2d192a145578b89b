#include "modules/auth/username.hpp"

#include <gtest/gtest.h>

namespace noded::auth {
namespace {

struct Good {
  const char* given;
  const char* read;
  bool is_email;
};

class GoodName : public testing::TestWithParam<Good> {};

TEST_P(GoodName, IsReadAs) {
  const auto name = read_sign_in_name(GetParam().given);
  ASSERT_TRUE(name.has_value()) << name.error().message;
  EXPECT_EQ(name->text, GetParam().read);
  EXPECT_EQ(name->is_email, GetParam().is_email);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    GoodName,
    testing::Values(
        Good{"bob", "bob", false},
        Good{"Alice_1.2-3", "alice_1.2-3", false},
        Good{"\u00c4rger", "\u00e4rger", false},
        Good{"\u0414\u0430\u0448\u0430", "\u0434\u0430\u0448\u0430", false},
        Good{"\u738b\u5c0f\u660e", "\u738b\u5c0f\u660e", false},
        Good{"abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345", false},
        Good{"Alice@Example.org", "Alice@Example.org", true}
    )
);

class BadName : public testing::TestWithParam<std::string> {};

TEST_P(BadName, IsRefused) {
  const auto name = read_sign_in_name(GetParam());
  ASSERT_FALSE(name.has_value());
  EXPECT_EQ(name.error().code, Errc::kInvalid);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    BadName,
    testing::Values(
        "",
        "ab",
        "abcdefghijklmnopqrstuvwxyz0123456",
        "a b c",
        "bob\n",
        "bob/alice",
        std::string("bob\0x", 5),
        "a\u0308rger",   // a letter and a combining mark: not composed
        "bob\u202e",     // turns the direction of writing
        "\xff\xfe\xfd",  // no UTF-8
        "@",
        "alice@",
        "alice@example org",
        std::string(250, 'a') + "@example.org"
    )
);

}  // namespace
}  // namespace noded::auth
