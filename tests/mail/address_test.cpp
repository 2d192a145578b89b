#include "mail/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::mail {
namespace {

class GoodAddress : public testing::TestWithParam<std::string> {};

TEST_P(GoodAddress, IsTaken) {
  EXPECT_TRUE(is_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    GoodAddress,
    testing::Values(
        "m@example.com",
        "m@localhost",
        "first.last+tag@mail.example.co.uk",
        "o'brien@example.com",
        "!#$%&'*+-/=?^_`{|}~@example.com",
        "1@1.2",
        "müller@exämple.de",
        "用户@例子.公司",
        std::string(64, 'a') + "@" + std::string(63, 'b') + ".com"
    )
);

class BadAddress : public testing::TestWithParam<std::string> {};

TEST_P(BadAddress, IsRefused) {
  EXPECT_FALSE(is_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    BadAddress,
    testing::Values(
        "",
        "m",
        "@example.com",
        "m@",
        "m@@example.com",
        "m@a@example.com",
        ".m@example.com",
        "m.@example.com",
        "m..n@example.com",
        "m@example..com",
        "m@.example.com",
        "m@example.com.",
        "m@-example.com",
        "m@example-.com",
        "m@exa_mple.com",
        "m@[127.0.0.1]",
        "\"m n\"@example.com",
        "m n@example.com",
        "m@example.com,n@example.com",
        "m@example.com;n@example.com",
        "<m@example.com>",
        "m@example.com>",
        "M <m@example.com>",
        "m(comment)@example.com",
        "m\\@example.com",
        "m@example.com\r\nRCPT TO:<n@example.com>",
        "m\n@example.com",
        "m@example.com\t",
        "m@exam\x7fple.com",
        "m@exam\xc2\x85ple.com",
        std::string("m@example.com\0", 14),
        "m@exam\xffple.com",
        std::string(65, 'a') + "@example.com",
        "m@" + std::string(64, 'b') + ".com",
        "m@" + std::string(250, 'b') + ".com"
    )
);

TEST(HeaderText, IsOneLineOfText) {
  EXPECT_TRUE(is_header_text("Choose a new password"));
  EXPECT_TRUE(is_header_text("设置新密码"));
  EXPECT_TRUE(is_header_text(""));
  EXPECT_FALSE(is_header_text("a\r\nBcc: n@example.com"));
  EXPECT_FALSE(is_header_text("a\nb"));
  EXPECT_FALSE(is_header_text(std::string("a\0b", 3)));
  EXPECT_FALSE(is_header_text("a\xc2\x8d"));
  EXPECT_FALSE(is_header_text("\xff"));
  EXPECT_FALSE(is_header_text(std::string(201, 'a')));
}

}  // namespace
}  // namespace noded::mail
