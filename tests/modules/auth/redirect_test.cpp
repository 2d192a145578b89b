#include "modules/auth/redirect.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

struct Target {
  const char* name;
  std::string target;
  std::optional<std::string> path;
};

class Targets : public testing::TestWithParam<Target> {};

TEST_P(Targets, StayOnThisSite) {
  EXPECT_EQ(same_site_path(GetParam().target), GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Targets,
    testing::Values(
        Target{"path", "/there", "/there"},
        Target{"root", "/", "/"},
        Target{"query_and_fragment", "/a?b=c&d#e", "/a?b=c&d#e"},
        Target{"encoded_slashes", "/%2f%2fevil", "/%2f%2fevil"},
        Target{"space", "/a b", "/a%20b"},
        Target{"not_ascii", "/k\xc3\xa4se", "/k%C3%A4se"},
        Target{"quotes", "/\"<>", "/%22%3C%3E"},
        Target{"slashes_later", "/a//b", "/a//b"},
        Target{"empty", "", std::nullopt},
        Target{"other_host", "//evil.example/", std::nullopt},
        Target{"backslash", "/\\evil.example/", std::nullopt},
        Target{"backslash_first", "\\/evil", std::nullopt},
        Target{"backslash_anywhere", "/a\\b", std::nullopt},
        Target{"tab_that_browsers_drop", "/\t/evil.example", std::nullopt},
        Target{"line_end", "/a\r\nSet-Cookie: x", std::nullopt},
        Target{"nul", std::string("/a\0b", 4), std::nullopt},
        Target{"absolute", "http://evil.example/", std::nullopt},
        Target{"script", "javascript:alert(1)", std::nullopt},
        Target{"relative", "there", std::nullopt},
        Target{"space_first", " /there", std::nullopt},
        Target{"too_long", "/" + std::string(2048, 'a'), std::nullopt}
    ),
    [](const auto& info) { return info.param.name; }
);

struct RefererCase {
  const char* name;
  const char* referer;
  const char* host;
  std::optional<std::string> path;
};

class Referers : public testing::TestWithParam<RefererCase> {};

TEST_P(Referers, LeadBackOnlyToThisSite) {
  EXPECT_EQ(path_of_referer(GetParam().referer, GetParam().host), GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Referers,
    testing::Values(
        RefererCase{"path", "/from", "h", "/from"},
        RefererCase{"same_host", "http://h:1/a?b", "h:1", "/a?b"},
        RefererCase{"host_without_case", "https://EXAMPLE.com/a", "example.com", "/a"},
        RefererCase{"no_path", "http://h", "h", "/"},
        RefererCase{"query_only", "http://h?x", "h", "/"},
        RefererCase{"other_host", "http://evil/a", "h", std::nullopt},
        RefererCase{"other_port", "http://h:2/a", "h:1", std::nullopt},
        RefererCase{"user_part", "http://h@evil/a", "h", std::nullopt},
        RefererCase{"two_slashes_after_host", "http://h//evil", "h", std::nullopt},
        RefererCase{"no_host_known", "http:///a", "", std::nullopt},
        RefererCase{"none", "", "h", std::nullopt},
        RefererCase{"other_scheme", "ftp://h/a", "h", std::nullopt}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::auth
