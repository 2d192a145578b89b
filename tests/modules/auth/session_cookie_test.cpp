// The node's own cookies, and from which pages they may be used.
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/request_origin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {
namespace {

struct Host {
  const char* field;
  bool is_loopback;
};
class LoopbackHosts : public testing::TestWithParam<Host> {};

TEST_P(LoopbackHosts, AreThisMachine) {
  EXPECT_EQ(is_loopback_host(GetParam().field), GetParam().is_loopback);
}

INSTANTIATE_TEST_SUITE_P(
    Fields,
    LoopbackHosts,
    testing::Values(
        Host{"localhost", true},
        Host{"LOCALHOST:80", true},
        Host{"app.localhost:1337", true},
        Host{"127.0.0.1", true},
        Host{"127.9.8.7:1", true},
        Host{"[::1]:1337", true},
        Host{"", false},
        Host{"localhost.example", false},
        Host{"127.0.0.1.example", false},
        Host{"[::2]", false},
        Host{"[::1", false},
        Host{"node.example", false},
        Host{"192.0.2.1", false}
    )
);

http::Request request_to(const std::vector<http::Header>& headers, bool over_tls = false) {
  http::Request request;
  request.headers = headers;
  request.over_tls = over_tls;
  return request;
}

TEST(OwnCookies, GoOverTlsUnderAHostName) {
  const std::vector<http::Header> headers{
      {"host", "node.example"}, {"cookie", "nd_session=a; __Host-nd_session=b"}
  };
  const http::Request request = request_to(headers, true);
  const CookieWay way = cookie_way(request, false);
  EXPECT_EQ(own_cookie(request, way, kSessionCookie), "b");
  EXPECT_EQ(
      set_own_cookie(way, kSessionCookie, "b", 60),
      "__Host-nd_session=b; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"
  );
  EXPECT_EQ(
      clear_own_cookie(way, kSessionCookie),
      "__Host-nd_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
  );
}

TEST(OwnCookies, GoOverPlainHttpToTheLoopbackOnly) {
  const std::vector<http::Header> local{
      {"host", "localhost:1"}, {"cookie", "nd_session=a; __Host-nd_session=b"}
  };
  const http::Request near = request_to(local);
  EXPECT_EQ(own_cookie(near, cookie_way(near, false), kSessionCookie), "a");
  EXPECT_EQ(
      set_own_cookie(cookie_way(near, false), kPreSessionCookie, "a", 0),
      "nd_pre=a; Path=/; HttpOnly; SameSite=Strict"
  );
  const std::vector<http::Header> remote{{"host", "node.example"}, {"cookie", "nd_session=a"}};
  const http::Request far = request_to(remote);
  EXPECT_EQ(own_cookie(far, cookie_way(far, false), kSessionCookie), "");
  EXPECT_EQ(own_cookie(far, cookie_way(far, true), kSessionCookie), "a");
}

TEST(CsrfTokens, BelongToOneCookie) {
  EXPECT_TRUE(is_csrf_token(csrf_token("a"), "a"));
  EXPECT_FALSE(is_csrf_token(csrf_token("a"), "b"));
  EXPECT_FALSE(is_csrf_token(csrf_token(""), ""));
  EXPECT_FALSE(is_csrf_token("", "a"));
}

TEST(Devices, BelongToOneAccountAndOneSecret) {
  const std::string device = make_device("secret", "m@example.com");
  EXPECT_NE(device, make_device("secret", "m@example.com"));
  EXPECT_TRUE(is_device_of(device, "secret", "m@example.com"));
  EXPECT_FALSE(is_device_of(device, "secret", "o@example.com"));
  EXPECT_FALSE(is_device_of(device, "another", "m@example.com"));
  EXPECT_FALSE(is_device_of(device + "x", "secret", "m@example.com"));
  EXPECT_FALSE(is_device_of("", "secret", "m@example.com"));
  EXPECT_FALSE(is_device_of(".", "secret", "m@example.com"));
}

struct Sent {
  const char* name;
  std::vector<http::Header> headers;
  RequestOrigin origin;
  bool over_tls = false;
};
class RequestOrigins : public testing::TestWithParam<Sent> {};

TEST_P(RequestOrigins, AreToldByTheBrowser) {
  std::vector<http::Header> headers = GetParam().headers;
  headers.push_back({"host", "node.example:8443"});
  EXPECT_EQ(
      origin_of(request_to(headers, GetParam().over_tls), {"https://app.example"}),
      GetParam().origin
  );
}

INSTANTIATE_TEST_SUITE_P(
    Headers,
    RequestOrigins,
    testing::Values(
        Sent{"nothing", {}, RequestOrigin::kUnknown},
        Sent{"own_page", {{"sec-fetch-site", "same-origin"}}, RequestOrigin::kSame},
        Sent{"typed", {{"sec-fetch-site", "none"}}, RequestOrigin::kSame},
        Sent{"sibling", {{"sec-fetch-site", "same-site"}}, RequestOrigin::kSibling},
        Sent{"foreign", {{"sec-fetch-site", "cross-site"}}, RequestOrigin::kForeign},
        Sent{
            "foreign_with_forged_origin",
            {{"sec-fetch-site", "cross-site"}, {"origin", "https://node.example:8443"}},
            RequestOrigin::kForeign
        },
        Sent{
            "trusted",
            {{"sec-fetch-site", "cross-site"}, {"origin", "https://app.example"}},
            RequestOrigin::kSame
        },
        Sent{"old_own", {{"origin", "https://NODE.example:8443"}}, RequestOrigin::kSame},
        Sent{"behind_a_proxy", {{"origin", "http://node.example:8443"}}, RequestOrigin::kSame},
        Sent{
            "plain_page_over_tls",
            {{"origin", "http://node.example:8443"}},
            RequestOrigin::kForeign,
            true
        },
        Sent{"other_port", {{"origin", "https://node.example"}}, RequestOrigin::kSibling},
        Sent{"other_host", {{"origin", "https://b.example:8443"}}, RequestOrigin::kForeign},
        Sent{"null", {{"origin", "null"}}, RequestOrigin::kForeign},
        Sent{"no_scheme", {{"origin", "node.example:8443"}}, RequestOrigin::kForeign}
    ),
    [](const auto& info) { return info.param.name; }
);

class CrossSite : public testing::Test {
 protected:
  bool passes(
      http::Method method,
      const Identity& identity,
      std::vector<http::Header> headers,
      std::string_view path = "/api/data/entity/posts"
  ) {
    headers.push_back({"host", "localhost"});
    http::Request request = request_to(headers);
    request.method = method;
    request.path = path;
    request.identity = std::make_shared<const Identity>(identity);
    return !filter_.before(request).has_value();
  }
  static Identity by_session() {
    Identity identity;
    identity.kind = Identity::Kind::kUser;
    identity.by_cookie = true;
    identity.session = "ab";
    return identity;
  }
  static Identity by_application_cookie() {
    Identity identity = by_session();
    identity.session.clear();
    return identity;
  }

  CrossSiteFilter filter_{false};
};

TEST_F(CrossSite, ReadsNeedNothing) {
  EXPECT_TRUE(passes(http::Method::kGet, by_session(), {{"origin", "https://evil.example"}}));
}

TEST_F(CrossSite, ChangesOfASessionHaveToTellWhereTheyComeFrom) {
  EXPECT_FALSE(passes(http::Method::kPost, by_session(), {}));
  EXPECT_FALSE(passes(http::Method::kDelete, by_session(), {{"sec-fetch-site", "cross-site"}}));
  EXPECT_TRUE(passes(http::Method::kPost, by_session(), {{"sec-fetch-site", "same-origin"}}));
  EXPECT_TRUE(passes(http::Method::kPatch, by_session(), {{"origin", "http://localhost"}}));
}

TEST_F(CrossSite, TheTokenOfTheSessionTakesThePlaceOfAnOrigin) {
  const std::string token = csrf_token("secret");
  EXPECT_TRUE(passes(
      http::Method::kPost, by_session(), {{"cookie", "nd_session=secret"}, {"x-csrf-token", token}}
  ));
  EXPECT_FALSE(passes(
      http::Method::kPost, by_session(), {{"cookie", "nd_session=another"}, {"x-csrf-token", token}}
  ));
  for (const char* origin : {"http://localhost:5173", "https://evil.example"}) {
    EXPECT_FALSE(passes(
        http::Method::kPost,
        by_session(),
        {{"cookie", "nd_session=secret"}, {"x-csrf-token", token}, {"origin", origin}}
    )) << origin;
  }
}

TEST_F(CrossSite, ProgramsAndSiblingsWithTheApplicationsCookiePass) {
  EXPECT_TRUE(
      passes(http::Method::kPost, by_application_cookie(), {{"origin", "http://localhost:5173"}})
  );
  EXPECT_FALSE(passes(http::Method::kPost, by_session(), {{"origin", "http://localhost:5173"}}));
  EXPECT_TRUE(passes(http::Method::kPost, by_application_cookie(), {}));
  EXPECT_FALSE(
      passes(http::Method::kPost, by_application_cookie(), {{"origin", "https://evil.example"}})
  );
}

TEST_F(CrossSite, BearersOfTokensPass) {
  Identity bearer = by_session();
  bearer.by_cookie = false;
  EXPECT_TRUE(passes(http::Method::kPost, bearer, {{"origin", "https://evil.example"}}));
}

TEST_F(CrossSite, OriginsThatTheApplicationNamesPass) {
  filter_.trust("https://app.example, https://b.example");
  EXPECT_TRUE(passes(http::Method::kPost, by_session(), {{"origin", "https://b.example"}}));
  filter_.trust("*");
  EXPECT_FALSE(passes(http::Method::kPost, by_session(), {{"origin", "https://b.example"}}));
}

TEST_F(CrossSite, OnlyFormsThatCheckThemselvesAreLeftToThem) {
  EXPECT_TRUE(passes(http::Method::kPost, by_session(), {}, "/auth/api/logout"));
  EXPECT_FALSE(passes(http::Method::kPost, by_session(), {}, "/auth/api/log%6fut"));
  EXPECT_FALSE(passes(http::Method::kPost, by_session(), {}, "/auth/api/refresh"));
}

}  // namespace
}  // namespace noded::auth
