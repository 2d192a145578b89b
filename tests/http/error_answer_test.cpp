#include "http/error_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::http {
namespace {

struct ErrorCase {
  const char* name;
  Error error;
  int status;
  const char* body;
};

class ErrorAnswer : public testing::TestWithParam<ErrorCase> {};

TEST_P(ErrorAnswer, HasTheStatusAndShapeOfTheWire) {
  const Response response = answer_error(GetParam().error);
  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_EQ(response.body, GetParam().body);
  EXPECT_EQ(response.content_type, "application/json");
}

INSTANTIATE_TEST_SUITE_P(
    Codes,
    ErrorAnswer,
    testing::Values(
        ErrorCase{"invalid", {Errc::kInvalid, "a \"b\"", "", ""}, 400, R"({"error":"a \"b\""})"},
        ErrorCase{"unprocessable", {Errc::kUnprocessable, "a", "", ""}, 422, R"({"error":"a"})"},
        ErrorCase{"unauthorized", {Errc::kUnauthorized, "a", "", ""}, 401, R"({"error":"a"})"},
        ErrorCase{
            "forbidden",
            {Errc::kForbidden, "a", "PermissionsException", R"({"permission":"x"})"},
            403,
            R"({"error":"a","type":"PermissionsException","permission":"x"})"
        },
        ErrorCase{"not_found", {Errc::kNotFound, "a", "", "{}"}, 404, R"({"error":"a"})"},
        ErrorCase{"exists", {Errc::kExists, "a", "", ""}, 409, R"({"error":"a"})"},
        ErrorCase{"conflict", {Errc::kConflict, "a", "", ""}, 409, R"({"error":"a"})"},
        ErrorCase{"too_large", {Errc::kTooLarge, "a", "", ""}, 413, R"({"error":"a"})"},
        ErrorCase{"timeout", {Errc::kTimeout, "a", "", ""}, 408, R"({"error":"a"})"},
        ErrorCase{"overloaded", {Errc::kOverloaded, "a", "", ""}, 503, R"({"error":"a"})"},
        ErrorCase{"unavailable", {Errc::kUnavailable, "a", "", ""}, 503, R"({"error":"a"})"},
        ErrorCase{
            "would_block",
            {Errc::kWouldBlock, "a", "T", "{\"a\":1}"},
            500,
            R"({"error":"Internal error"})"
        },
        ErrorCase{
            "internal", {Errc::kInternal, "secret", "", ""}, 500, R"({"error":"Internal error"})"
        }
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

TEST(ErrorAnswer, TellsWhenToComeBackToAnOverloadedNode) {
  const Response response = answer_error({Errc::kOverloaded, "busy", {}, {}});
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].name, "Retry-After");
  EXPECT_EQ(response.headers[0].value, "1");
}

TEST(Request, FindsHeadersWithoutCaseAndTellsAbsentFromEmpty) {
  const std::vector<Header> headers{{"Accept", "a"}, {"ACCEPT", "b"}, {"Empty", ""}};
  Request request;
  request.headers = headers;
  EXPECT_EQ(request.header("accept"), "a");
  EXPECT_TRUE(request.has_header("eMPTY"));
  EXPECT_FALSE(request.has_header("accept-"));
}

}  // namespace
}  // namespace noded::http
