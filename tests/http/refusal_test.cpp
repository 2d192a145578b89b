#include "http/refusal.hpp"

#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::http {
namespace {

using testing::HasSubstr;

Request request_with(const std::vector<Header>& headers) {
  Request request;
  request.headers = headers;
  request.request_id = "0197";
  return request;
}

std::string field(const Response& response, std::string_view name) {
  for (const ResponseHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

TEST(Refusal, IsJsonWithAllFacts) {
  const Response response = refuse(
      request_with({}), kValidationFailed, "no", {{"/email", "invalid_email", "not \"it\""}}
  );
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(
      response.body,
      R"({"error":"Validation failed","code":"VALIDATION_FAILED","status":400,"message":"no",)"
      R"("request_id":"0197","details":[{"path":"/email","code":"invalid_email",)"
      R"("message":"not \"it\""}]})"
  );
  EXPECT_EQ(field(response, "Cache-Control"), "no-store");
}

TEST(Refusal, IsAPageForBrowsersThatNeedsNothingElse) {
  const std::vector<Header> headers{{"accept", "text/html,*/*"}, {"accept-language", "zh-CN"}};
  const Response response =
      refuse(request_with(headers), kBodyTooLarge, "<b> & more", {{"/a", "b", "wrong"}});
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.body, HasSubstr("<html lang=\"zh\">"));
  EXPECT_THAT(response.body, HasSubstr("请求体过大"));
  EXPECT_THAT(response.body, HasSubstr("&lt;b&gt; &amp; more"));
  EXPECT_THAT(response.body, HasSubstr("a: wrong"));
  EXPECT_THAT(response.body, HasSubstr("413 BODY_TOO_LARGE"));
  EXPECT_THAT(response.body, HasSubstr("0197"));
}

TEST(Refusal, ItsPageIsAllowedItsOwnStyleAlone) {
  const std::vector<Header> headers{{"accept", "text/html"}};
  const Response response = refuse(request_with(headers), kNotFound, "none");
  const std::size_t begin = response.body.find("<style>") + 7;
  const std::string style = response.body.substr(begin, response.body.find("</style>") - begin);
  EXPECT_THAT(
      field(response, "Content-Security-Policy"),
      HasSubstr("style-src 'sha256-" + codec::base64_encode(crypto::sha256(style)) + "'")
  );
}

TEST(Refusal, IsJsonForAProgramThatSendsJson) {
  const std::vector<Header> headers{
      {"accept", "text/html"}, {"content-type", "Application/JSON; charset=utf-8"}
  };
  EXPECT_EQ(refuse(request_with(headers), kNotFound, "none").content_type, "application/json");
}

TEST(Refusal, SaysHowToAuthenticateAndWhenToComeAgain) {
  EXPECT_EQ(field(refuse(request_with({}), kUnauthenticated, "x"), "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(
      field(refuse(request_with({}), kTokenInvalid, "x"), "WWW-Authenticate"),
      "Bearer error=\"invalid_token\""
  );
  const Error busy{Errc::kOverloaded, "busy", {}, {}};
  const Response response = refuse_error(request_with({}), kind_of_error(busy), busy);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(field(response, "Retry-After"), "1");
}

TEST(Refusal, KeepsWhatIsInternalToItself) {
  const Error defect{Errc::kInternal, "a secret path", {}, {}};
  const Response response = refuse_error(request_with({}), kind_of_error(defect), defect);
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("secret")));
}

TEST(Refusal, EveryStatusHasAKindOfThatStatus) {
  for (const int status :
       {400, 401, 403, 404, 408, 409, 413, 414, 415, 417, 421, 429, 431, 500, 501, 503, 505})
    EXPECT_EQ(kind_of_status(status).status, status);
  EXPECT_EQ(kind_of_status(499).status, 400);
  EXPECT_EQ(kind_of_status(599).status, 500);
}

}  // namespace
}  // namespace noded::http
