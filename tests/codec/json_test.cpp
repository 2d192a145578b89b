#include "codec/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace noded::codec {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kAccepted[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e2",
    "1E+2",
    "1e-2",
    "0.0",
    "123456789012345678901234567890",
    "\"\"",
    "\"a\"",
    "[]",
    "{}",
    " [ ] ",
    "\t\r\n1\n",
    "[1,[2,[3]]]",
    "{\"a\":{\"b\":[1]}}",
    "{\"\":0}",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0041\"",
    "\"\\uD83D\\uDE00\"",
    "\"\\ud83d\\ude00\"",
    "\"\\u0000\"",
    "\"\xc3\xa9\"",
    "\"\x7f\"",
    "\"\xe2\x80\xa8\"",
    "{\"a\":1,\"A\":2}",
    "[1e-400]",
    "[123e-10000000]",
};

constexpr std::string_view kRefused[] = {
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "NaN",
    "Infinity",
    "-",
    "-a",
    "+1",
    "01",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "1 2",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{",
    "}",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{a:1}",
    "{'a':1}",
    "{\"a\" 1}",
    "{1:1}",
    "{\"a\":1 \"b\":2}",
    "\"",
    "\"a",
    "'a'",
    "\"\\\"",
    "\"\\x41\"",
    "\"\\a\"",
    "\"\\u12\"",
    "\"\\u12G4\"",
    "\"\n\"",
    "\"\t\"",
    "\"\0\""sv,
    "\"\x1f\"",
    "\"\\uD800\"",
    "\"\\uDC00\"",
    "\"\\uD800\\uD800\"",
    "\"\\uD800x\"",
    "\"\\uD800\\n\"",
    "\"\xff\"",
    "\"\xc0\xaf\"",
    "\"\xed\xa0\x80\"",
    "\"\xe2\x82\"",
    "\xef\xbb\xbf{}",
    "[1]x",
    "[1],",
    "{}{}",
    "//a\n1",
    "/*a*/1",
    "[1]/**/",
    "1e999",
    "-1e999",
    "[1e400]",
    "1e99999999999",
    "\0"sv,
    "1\0"sv,
    "[\v1]",
    "\xc2\xa0"
    "1",
    "{\"a\":1,\"a\":1}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
    "[{\"\":1,\"\":1}]",
};

TEST(Json, AcceptsWhatRfc8259Allows) {
  for (const std::string_view text : kAccepted)
    EXPECT_TRUE(parse_json(text).has_value()) << text;
}

TEST(Json, RefusesEverythingElse) {
  for (const std::string_view text : kRefused) {
    const auto parsed = parse_json(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Errc::kInvalid);
  }
}

struct MessageCase {
  std::string_view text, message;
};
constexpr MessageCase kMessages[] = {
    {"{\"a\":x}", "Malformed JSON in request body: syntax error at byte 5"},
    {"{\"a\":1", "Malformed JSON in request body: unexpected end at byte 6"},
    {"", "Malformed JSON in request body: unexpected end at byte 0"},
    {"{} x", "Malformed JSON in request body: unexpected text behind the value at byte 3"},
    {"{\"a\":1,\"a\":2}", "Malformed JSON in request body: duplicate key at byte 12"},
    {"[1e999]", "Malformed JSON in request body: number out of range at byte 6"},
    {"\"\\udc00\"", "Malformed JSON in request body: lone surrogate at byte 7"},
};

TEST(Json, NamesTheFaultAndItsByte) {
  for (const auto& [text, message] : kMessages) {
    const auto parsed = parse_json(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().message, message);
  }
  EXPECT_EQ(
      parse_json("x", "the policy").error().message,
      "Malformed JSON in the policy: syntax error at byte 0"
  );
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, IsRefusedBeyondTheDepthLimit) {
  EXPECT_TRUE(parse_json(nested(64)).has_value());
  EXPECT_FALSE(parse_json(nested(65)).has_value());
  EXPECT_TRUE(parse_json(nested(2), "text", {.max_depth = 2}).has_value());
  EXPECT_FALSE(parse_json(nested(3), "text", {.max_depth = 2}).has_value());
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')).has_value());
}

TEST(Json, RefusesADuplicateKeyAmongMany) {
  std::string text = "{";
  for (int index = 0; index < 100; ++index) {
    text += "\"k" + std::to_string(index) + "\":{\"k1\":1,\"k2\":2},";
  }
  EXPECT_TRUE(parse_json(text + "\"last\":1}").has_value());
  EXPECT_FALSE(parse_json(text + "\"k57\":1}").has_value());
}

TEST(Json, KeepsIntegersUpToSixtyFourBitsAndMakesLargerOnesDoubles) {
  EXPECT_EQ(
      parse_json("9223372036854775807")->as_int64(), std::numeric_limits<std::int64_t>::max()
  );
  EXPECT_EQ(
      parse_json("-9223372036854775808")->as_int64(), std::numeric_limits<std::int64_t>::min()
  );
  EXPECT_EQ(parse_json("9223372036854775808")->as_double(), 9223372036854775808.0);
  EXPECT_EQ(parse_json("18446744073709551615")->as_double(), 18446744073709551615.0);
  EXPECT_EQ(parse_json("18446744073709551616")->as_double(), 18446744073709551616.0);
  EXPECT_EQ(parse_json("-9223372036854775809")->as_double(), -9223372036854775809.0);
}

TEST(Json, ReadsDoublesToTheLastBit) {
  EXPECT_EQ(parse_json("0.1")->as_double(), 0.1);
  EXPECT_EQ(parse_json("7.2057594037927933e16")->as_double(), 7.2057594037927933e16);
  EXPECT_EQ(parse_json("2.2250738585072011e-308")->as_double(), 2.2250738585072011e-308);
  EXPECT_EQ(parse_json("5e-324")->as_double(), 5e-324);
  EXPECT_EQ(parse_json("1.7976931348623157e308")->as_double(), 1.7976931348623157e308);
  EXPECT_EQ(parse_json("9007199254740993.0")->as_double(), 9007199254740992.0);
  EXPECT_EQ(parse_json("1e-400")->as_double(), 0.0);
  EXPECT_TRUE(std::signbit(parse_json("-1e-400")->as_double()));
}

TEST(Json, KeepsTheOrderOfMembers) {
  EXPECT_EQ(
      to_json_text(*parse_json(R"( {"b":1, "a":[true,null,"x"], "0":{}} )")),
      R"({"b":1,"a":[true,null,"x"],"0":{}})"
  );
}

struct StringCase {
  std::string_view text, json;
};
constexpr StringCase kStrings[] = {
    {"", R"("")"},
    {"plain", R"("plain")"},
    {"a run of plain text that is long", R"("a run of plain text that is long")"},
    {"\"\\/", R"("\"\\/")"},
    {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
    {"\0\x01\x0b\x1f\x7f"sv, "\"\\u0000\\u0001\\u000b\\u001f\x7f\""},
    {"12345678\"12345678", R"("12345678\"12345678")"},
    {"1234567\n", R"("1234567\n")"},
    {"h\xc3\xa9llo \xf0\x9f\x98\x80 there", "\"h\xc3\xa9llo \xf0\x9f\x98\x80 there\""},
    {"\xe2\x80\xa8", "\"\xe2\x80\xa8\""},
    {"a\xff"
     "b",
     "\"a\xef\xbf\xbd"
     "b\""},
    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xf0\x9f\x98", "\"\xef\xbf\xbd\""},
    {"\xc3\xa9\xe2\x82\xc3\xa9", "\"\xc3\xa9\xef\xbf\xbd\xc3\xa9\""},
};

TEST(JsonString, IsEscapedAsJsonStringifyDoes) {
  for (const auto& [text, json] : kStrings) {
    std::string out = "x";
    append_json_string(out, text);
    EXPECT_EQ(out, "x" + std::string(json));
  }
}

struct NumberCase {
  double number;
  std::string_view text;
};
constexpr NumberCase kNumbers[] = {
    {0.0, "0"},
    {-0.0, "0"},
    {1.0, "1"},
    {-1.0, "-1"},
    {0.1, "0.1"},
    {0.5, "0.5"},
    {-0.25, "-0.25"},
    {1.0 / 3.0, "0.3333333333333333"},
    {100.0, "100"},
    {1e20, "100000000000000000000"},
    {123456789012345680000.0, "123456789012345680000"},
    {1e21, "1e+21"},
    {1.5e21, "1.5e+21"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    {1e-6, "0.000001"},
    {1e-7, "1e-7"},
    {1.5e-7, "1.5e-7"},
    {0.000001234, "0.000001234"},
    {5e-324, "5e-324"},
    {2.2250738585072014e-308, "2.2250738585072014e-308"},
    {9007199254740991.0, "9007199254740991"},
    {9007199254740992.0, "9007199254740992"},
    {-9007199254740994.0, "-9007199254740994"},
    {4294967296.5, "4294967296.5"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1e23, "1e+23"},
    {123e-20, "1.23e-18"},
    {-1e-7, "-1e-7"},
    {-1e21, "-1e+21"},
    {std::numeric_limits<double>::infinity(), "null"},
    {std::numeric_limits<double>::quiet_NaN(), "null"},
};

TEST(JsonNumber, IsWrittenAsEcmaScriptWritesIt) {
  for (const auto& [number, text] : kNumbers) {
    std::string out;
    append_json_number(out, number);
    EXPECT_EQ(out, text);
  }
}

TEST(JsonText, WritesAllKindsOfValues) {
  boost::json::value value = {
      nullptr,
      true,
      -5,
      std::numeric_limits<std::int64_t>::max(),
      2.5,
      "q\"",
      boost::json::array{},
      boost::json::object{}
  };
  value.as_array().emplace_back(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(
      to_json_text(value),
      R"([null,true,-5,9223372036854775807,2.5,"q\"",[],{},18446744073709552000])"
  );
}

TEST(JsonText, WritesAnObjectMemberByMember) {
  const std::vector<std::string> texts{"a", "\"b\""};
  JsonObjectText object;
  object.text("te\"xt", "line\nbreak").integer("integer", -7).boolean("no", false);
  object.boolean("yes", true).null("null").texts("texts", texts).texts("none", {});
  EXPECT_EQ(
      object.take(),
      R"({"te\"xt":"line\nbreak","integer":-7,"no":false,"yes":true,"null":null,)"
      R"("texts":["a","\"b\""],"none":[]})"
  );
  EXPECT_EQ(JsonObjectText().take(), "{}");
}

TEST(JsonArena, HoldsValuesOfAnySize) {
  for (const std::size_t size : {1U, 100U, 10'000U}) {
    JsonArena arena;
    const std::string text = "[\"" + std::string(size, 'x') + "\",{\"a\":[1,2]}]";
    const auto parsed = parse_json(text, "text", {}, arena.storage());
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->storage(), arena.storage());
    EXPECT_EQ(to_json_text(*parsed), text);
  }
}

TEST(JsonText, WritesACountExactlyAsLongAsItCanBeReadAsAnInteger) {
  struct Count {
    std::uint64_t number;
    std::string_view text;
  };
  for (const auto& [number, text] : {
           Count{0, "0"},
           Count{9007199254740993, "9007199254740993"},
           Count{9223372036854775807, "9223372036854775807"},
           Count{9223372036854775808u, "9223372036854776000"},
       }) {
    EXPECT_EQ(to_json_text(number), text);
  }
}

}  // namespace
}  // namespace noded::codec
