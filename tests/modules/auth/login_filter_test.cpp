// Paths that ask for a login, and how they ask for it.
#include "modules/auth/session/login_filter.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace noded::auth {
namespace {

using Fields = std::map<std::string, std::string>;

class LoginFilterTest : public testing::Test {
 protected:
  struct Outcome {
    int status = 0;  // 0: let through
    std::string location;
    std::string cache;
    std::string body;
  };
  Outcome ask(
      const std::string& target,
      const Fields& fields = {{"accept", "text/html"}},
      http::Method method = http::Method::kGet,
      Identity::Kind kind = Identity::Kind::kAnonymous
  ) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.path = std::string_view(target).substr(0, target.find('?'));
    std::vector<http::Header> headers;
    for (const auto& [name, value] : fields)
      headers.push_back({name, value});
    request.headers = headers;
    auto identity = std::make_shared<Identity>();
    identity->kind = kind;
    request.identity = std::move(identity);
    auto response = filter_.before(request);
    if (!response) return {};
    Outcome outcome{
        .status = response->status, .location = {}, .cache = {}, .body = std::move(response->body)
    };
    for (const auto& header : response->headers) {
      if (header.name == "Location") outcome.location = header.value;
      if (header.name == "Cache-Control") outcome.cache = header.value;
    }
    return outcome;
  }

  LoginFilter filter_{{"/desk", "/files/"}};
};

TEST_F(LoginFilterTest, LeadsABrowserToTheLoginAndBack) {
  const Outcome outcome = ask("/desk/a?b=1&c=2");
  EXPECT_EQ(outcome.status, 302);
  EXPECT_EQ(outcome.location, "/auth/login?next=%2Fdesk%2Fa%3Fb%3D1%26c%3D2");
  EXPECT_EQ(outcome.cache, "no-store");
  EXPECT_EQ(ask("/desk", {{"accept", "text/html"}, {"sec-fetch-mode", "navigate"}}).status, 302);
}

TEST_F(LoginFilterTest, AnswersWhatIsNoPageWith401) {
  const std::vector<Fields> others{
      {},
      {{"accept", "application/json"}},
      {{"accept", "text/html"}, {"sec-fetch-mode", "cors"}},
      {{"accept", "text/html"}, {"x-requested-with", "XMLHttpRequest"}},
      {{"accept", "text/html"}, {"upgrade", "websocket"}}
  };
  for (const Fields& fields : others)
    EXPECT_EQ(ask("/desk", fields).status, 401) << testing::PrintToString(fields);
  EXPECT_EQ(ask("/desk", {{"accept", "text/html"}}, http::Method::kPost).status, 401);
}

TEST_F(LoginFilterTest, GuardsWhatItNamesAndAllBelow) {
  for (const char* path : {"/desk", "/desk/", "/desk/a/b", "/files", "/files/x", "/%64esk"})
    EXPECT_EQ(ask(path).status, 302) << path;
  for (const char* path : {"/", "/desks", "/other/desk", "/auth/login", "/Desk"})
    EXPECT_EQ(ask(path).status, 0) << path;
}

TEST_F(LoginFilterTest, LetsWhoIsLoggedInAndTheOperatorPass) {
  for (const Identity::Kind kind : {Identity::Kind::kUser, Identity::Kind::kLocalOperator})
    EXPECT_EQ(ask("/desk", {}, http::Method::kGet, kind).status, 0);
}

TEST(LoginFilterOfEverything, LeavesTheLoginAndHealthOpen) {
  LoginFilter filter({"/"});
  const auto status = [&filter](const std::string& path) {
    http::Request request;
    request.target = path;
    request.path = path;
    request.identity = std::make_shared<const Identity>();
    const auto response = filter.before(request);
    return response ? response->status : 0;
  };
  for (const char* path :
       {"/",
        "/x",
        "/api/data/entity/docs",
        "/authors",
        "/api/authors",
        "/health/../x",
        "/livez/%2e%2e/x",
        "/auth/."})
    EXPECT_EQ(status(path), 401) << path;
  for (const char* path :
       {"/auth/login",
        "/auth/style.css",
        "/api/auth/password/login",
        "/api/check",
        "/livez",
        "/readyz",
        "/health",
        "/api/health",
        "/metrics",
        "/.well-known/webauthn"})
    EXPECT_EQ(status(path), 0) << path;
}

}  // namespace
}  // namespace noded::auth
