#include "gateway/cors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace noded::gateway {
namespace {

using http::Header;
using http::Method;
using http::Request;
using http::Response;

std::string value_of(const Response& response, std::string_view name) {
  const auto found = std::ranges::find(response.headers, name, &http::ResponseHeader::name);
  return found == response.headers.end() ? "-" : found->value;
}

// What the filter makes of a request, as the chain calls it.
Response ask(Cors& cors, Method method, const std::vector<Header>& headers) {
  Request request;
  request.method = method;
  request.headers = headers;
  auto refused = cors.before(request);
  Response response = refused ? std::move(*refused) : Response::json(200, "{}");
  cors.after(request, response);
  return response;
}

struct OriginCase {
  const char* name;
  const char* allowed;
  const char* origin;
  const char* expected;  // "-": no such field
};

class CorsOrigin : public testing::TestWithParam<OriginCase> {};

TEST_P(CorsOrigin, IsEchoedOnlyWhenAllowed) {
  CorsRules rules;
  rules.origin = GetParam().allowed;
  Cors cors(rules);
  const Response response = ask(cors, Method::kGet, {{"Origin", GetParam().origin}});
  EXPECT_EQ(value_of(response, "Access-Control-Allow-Origin"), GetParam().expected);
  EXPECT_EQ(value_of(response, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(value_of(response, "Vary"), "Origin");
}

INSTANTIATE_TEST_SUITE_P(
    Origins,
    CorsOrigin,
    testing::Values(
        OriginCase{"any", "*", "http://a", "http://a"},
        OriginCase{"none_sent", "*", "", "-"},
        OriginCase{"listed", "http://a, http://b", "http://b", "http://b"},
        OriginCase{"unlisted", "http://a,http://b", "http://c", "-"},
        OriginCase{"prefix", "http://a", "http://a.evil", "-"},
        OriginCase{"empty_list", "", "http://a", "-"}
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

TEST(Cors, AnswersAPreflight) {
  Cors cors;
  const Response response =
      ask(cors, Method::kOptions, {{"Origin", "http://a"}, {"Access-Control-Request-Method", "PUT"}}
      );
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(value_of(response, "Access-Control-Allow-Methods"), "GET,POST,PATCH,PUT,DELETE");
  EXPECT_EQ(
      value_of(response, "Access-Control-Allow-Headers"),
      "Content-Type,Content-Length,Authorization,Accept"
  );
  EXPECT_EQ(value_of(response, "Access-Control-Allow-Origin"), "http://a");
  EXPECT_EQ(value_of(response, "Vary"), "Origin, Access-Control-Request-Headers");
}

TEST(Cors, AllowsWhatAPreflightAsksForWhenNoHeadersAreListed) {
  CorsRules rules;
  rules.allow_headers.clear();
  Cors cors(rules);
  const Response response =
      ask(cors, Method::kOptions, {{"Access-Control-Request-Headers", "X-A"}});
  EXPECT_EQ(value_of(response, "Access-Control-Allow-Headers"), "X-A");
}

TEST(Cors, TakesNewRulesWhileServing) {
  Cors cors;
  CorsRules rules;
  rules.origin = "http://b";
  rules.allow_credentials = false;
  cors.configure(rules);
  const Response response = ask(cors, Method::kGet, {{"Origin", "http://a"}});
  EXPECT_EQ(value_of(response, "Access-Control-Allow-Origin"), "-");
  EXPECT_EQ(value_of(response, "Access-Control-Allow-Credentials"), "-");
}

}  // namespace
}  // namespace noded::gateway
