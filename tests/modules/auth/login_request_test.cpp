#include "modules/auth/login_request.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

struct FormCase {
  const char* name;
  std::string text;
  const char* json;  // null: refused
};

class Forms : public testing::TestWithParam<FormCase> {};

TEST_P(Forms, AreReadOrRefused) {
  const auto fields = parse_form(GetParam().text);
  ASSERT_EQ(fields.has_value(), GetParam().json != nullptr);
  if (fields) {
    EXPECT_EQ(codec::to_json_text(*fields), GetParam().json);
  }
}

std::string many_fields() {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "f" + std::to_string(i) + "=1&";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    Forms,
    testing::Values(
        FormCase{
            "login",
            "email=m%40example.com&password=a+b",
            R"({"email":"m@example.com","password":"a b"})"
        },
        FormCase{"empty", "", "{}"},
        FormCase{"no_value", "a", R"({"a":""})"},
        FormCase{"empty_pairs", "&&a=1&&", R"({"a":"1"})"},
        FormCase{"first_counts", "a=1&a=2", R"({"a":"1"})"},
        FormCase{"equals_in_value", "a=b=c", R"({"a":"b=c"})"},
        FormCase{"bad_escape", "a=%4", nullptr},
        FormCase{"bad_utf8", "a=%ff", nullptr},
        FormCase{"too_many", many_fields(), nullptr}
    ),
    [](const auto& info) { return info.param.name; }
);

struct KindCase {
  const char* name;
  const char* content_type;
  const char* accept;
  bool json;
};

class RequestKinds : public testing::TestWithParam<KindCase> {};

TEST_P(RequestKinds, DecideTheKindOfAnswer) {
  const http::Header headers[] = {
      {"content-type", GetParam().content_type}, {"accept", GetParam().accept}
  };
  http::Request request;
  request.headers = headers;
  EXPECT_EQ(wants_json(request), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    RequestKinds,
    testing::Values(
        KindCase{"json_body", "application/json", "*/*", true},
        KindCase{"json_body_with_charset", "Application/JSON; charset=utf-8", "", true},
        KindCase{"accepts_json", "", "application/json", true},
        KindCase{"a_list_does_not_count", "", "application/json, text/plain", false},
        KindCase{"form", "application/x-www-form-urlencoded", "text/html", false}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::auth
