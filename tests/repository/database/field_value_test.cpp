#include "repository/database/field_value.hpp"

#include "codec/json.hpp"
#include "repository/database/field_config.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>

namespace noded::database {
namespace {

std::unique_ptr<Field> field_of(std::string_view type, std::string_view config) {
  const auto parsed = codec::parse_json(config, "test");
  EXPECT_TRUE(parsed) << config;
  auto field = make_field("e", "f", type, parsed->as_object());
  EXPECT_TRUE(field) << field.error().message;
  return std::move(*field);
}

// The stored value as text: its kind and content.
std::string shown(const Value& value) {
  switch (value.type) {
    case ValueType::kNull:
      return "null";
    case ValueType::kInteger:
      return "integer " + std::to_string(value.integer);
    case ValueType::kReal: {
      std::string text = "real ";
      codec::append_json_number(text, value.real);
      return text;
    }
    case ValueType::kText:
      return "text " + value.text;
    case ValueType::kFalse:
      return "false";
    case ValueType::kTrue:
      return "true";
    case ValueType::kJson:
      return "json " + value.text;
    case ValueType::kUuid:
      return "uuid";
    case ValueType::kTime:
      return "time " + std::to_string(value.integer);
  }
  return "?";
}

struct WriteCase {
  const char* type;
  const char* config;
  const char* given;     // JSON
  const char* expected;  // as shown(), or "error: " + message
};
void PrintTo(const WriteCase& c, std::ostream* out) {
  *out << c.type << " " << c.config << " <- " << c.given;
}

class ToStored : public testing::TestWithParam<WriteCase> {};

TEST_P(ToStored, ConvertsOrRefuses) {
  const auto field = field_of(GetParam().type, GetParam().config);
  const auto given = codec::parse_json(GetParam().given, "test");
  ASSERT_TRUE(given) << given.error().message;
  const auto stored = to_stored(*field, *given);
  EXPECT_EQ(stored ? shown(*stored) : "error: " + stored.error().message, GetParam().expected);
  if (!stored) {
    EXPECT_EQ(stored.error().code, Errc::kUnprocessable);
    EXPECT_EQ(stored.error().type, "TransformPersistFailedException");
  }
}

constexpr const char* kStatus =
    R"({"options":{"type":"strings","values":["draft","live"]},"default_value":"draft"})";
constexpr const char* kTheme =
    R"({"options":{"type":"objects","values":[{"label":"Dark","value":"dark"},{"label":"Light","value":"light"}]}})";
constexpr const char* kColor =
    R"({"schema":{"type":"object","properties":{"color":{"type":"string"},"size":{"type":"number","minimum":1}},)"
    R"("required":["color"]}})";
constexpr const char* kColorRequired =
    R"({"required":true,"schema":{"type":"object","required":["color"]}})";

INSTANTIATE_TEST_SUITE_P(
    Text,
    ToStored,
    testing::Values(
        WriteCase{"text", "{}", R"("hello")", "text hello"},
        WriteCase{"text", "{}", "5.5", "text 5.5"},
        WriteCase{"text", "{}", "42", "text 42"},
        WriteCase{"text", "{}", "1e21", "text 1e+21"},
        WriteCase{"text", "{}", "true", "text true"},
        WriteCase{"text", "{}", R"("")", "text "},
        WriteCase{
            "text",
            "{}",
            R"({"a":1})",
            R"(error: Property "f" must be of type "string", "{"a":1}" of type "object" given.)"
        },
        WriteCase{"text", "{}", "null", "null"},
        WriteCase{"text", R"({"required":true})", "null", R"(error: Property "f" is required)"},
        WriteCase{"text", R"({"required":true})", R"("")", "text "},
        WriteCase{"text", R"({"default_value":"d"})", "null", "text d"},
        WriteCase{
            "text",
            R"({"default_value":null,"required":true})",
            "null",
            R"(error: Property "f" is required)"
        },
        WriteCase{"text", R"({"required":true,"default_value":"d"})", "null", "text d"},
        WriteCase{
            "text",
            R"({"minLength":2})",
            R"("x")",
            R"(error: Field "f" must be at least 2 character(s))"
        },
        WriteCase{
            "text",
            R"({"maxLength":2})",
            R"("xyz")",
            R"(error: Field "f" must be at most 2 character(s))"
        },
        WriteCase{
            "text",
            R"({"maxLength":0})",
            R"("x")",
            R"(error: Field "f" must be at most 0 character(s))"
        },
        WriteCase{"text", R"({"maxLength":2})", "\"\xf0\x9f\x99\x82\"", "text \xf0\x9f\x99\x82"},
        WriteCase{
            "text",
            R"({"maxLength":1})",
            "\"\xf0\x9f\x99\x82\"",
            R"(error: Field "f" must be at most 1 character(s))"
        },
        WriteCase{
            "text",
            R"({"pattern":"^[a-z]+$"})",
            R"("A")",
            R"(error: Field "f" must match the pattern ^[a-z]+$)"
        },
        WriteCase{"text", R"({"pattern":"[a-z]"})", R"("1a1")", "text 1a1"},
        WriteCase{"text", R"({"pattern":"^x$"})", R"("")", "text "}
    )
);

INSTANTIATE_TEST_SUITE_P(
    Number,
    ToStored,
    testing::Values(
        WriteCase{"number", "{}", "7", "integer 7"},
        WriteCase{"number", "{}", "7.0", "integer 7"},
        WriteCase{"number", "{}", "-0.0", "integer 0"},
        WriteCase{"number", "{}", "3.25", "real 3.25"},
        WriteCase{"number", "{}", "9007199254740992", "integer 9007199254740992"},
        WriteCase{"number", "{}", "9223372036854775807", "real 9223372036854776000"},
        WriteCase{"number", "{}", "18446744073709551615", "real 18446744073709552000"},
        WriteCase{"number", "{}", "null", "null"},
        WriteCase{"number", R"({"default_value":0})", "null", "integer 0"},
        WriteCase{
            "number",
            "{}",
            R"("7")",
            R"(error: Property "f" must be of type "number", "7" of type "string" given.)"
        },
        WriteCase{
            "number",
            "{}",
            "true",
            R"(error: Property "f" must be of type "number", "true" of type "boolean" given.)"
        },
        WriteCase{
            "number",
            "{}",
            "[1]",
            R"(error: Property "f" must be of type "number", "[1]" of type "object" given.)"
        },
        WriteCase{
            "number", R"({"minimum":-10})", "-11", R"(error: Field "f" cannot be less than -10)"
        },
        WriteCase{"number", R"({"minimum":-10})", "-10", "integer -10"},
        WriteCase{"number", R"({"minimum":0})", "-1", R"(error: Field "f" cannot be less than 0)"},
        WriteCase{
            "number", R"({"maximum":0})", "1", R"(error: Field "f" cannot be greater than 0)"
        },
        WriteCase{
            "number",
            R"({"maximum":1000000})",
            "1000001",
            R"(error: Field "f" cannot be greater than 1000000)"
        },
        WriteCase{
            "number", R"({"exclusiveMinimum":0})", "0", R"(error: Field "f" must be greater than 0)"
        },
        WriteCase{"number", R"({"exclusiveMinimum":0})", "0.5", "real 0.5"},
        WriteCase{
            "number", R"({"exclusiveMaximum":5})", "5", R"(error: Field "f" must be less than 5)"
        },
        WriteCase{"number", R"({"multipleOf":0.1})", "0.3", "real 0.3"},
        WriteCase{
            "number", R"({"multipleOf":5})", "12", R"(error: Field "f" must be a multiple of 5)"
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    Boolean,
    ToStored,
    testing::Values(
        WriteCase{"boolean", "{}", "true", "true"},
        WriteCase{"boolean", "{}", "false", "false"},
        WriteCase{"boolean", "{}", "2", "true"},
        WriteCase{"boolean", "{}", "0", "false"},
        WriteCase{"boolean", "{}", "null", "false"},
        WriteCase{"boolean", R"({"default_value":true})", "null", "true"},
        WriteCase{"boolean", R"({"required":true})", "null", R"(error: Property "f" is required)"},
        WriteCase{"boolean", R"({"required":true,"default_value":false})", "null", "false"},
        WriteCase{
            "boolean",
            "{}",
            R"("yes")",
            R"(error: Property "f" must be of type "boolean", "yes" of type "string" given.)"
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    Date,
    ToStored,
    testing::Values(
        WriteCase{
            "date", R"({"type":"datetime"})", R"("2024-06-01T10:00:00+02:00")", "time 1717228800000"
        },
        WriteCase{"date", R"({"type":"datetime"})", "1717228800123", "time 1717228800123"},
        WriteCase{"date", R"({"type":"date"})", R"("2024-06-01T23:30:00Z")", "time 1717200000000"},
        WriteCase{"date", "{}", R"("2024-06-01T23:30:00Z")", "time 1717200000000"},
        WriteCase{"date", R"({"type":"week"})", R"("2024-06-01T23:30:00Z")", "time 1717200000000"},
        WriteCase{"date", R"({"type":"date"})", R"("1969-12-31T12:00:00Z")", "time -86400000"},
        WriteCase{"date", R"({"type":"date"})", R"("2024-02-30")", "time 1709251200000"},
        WriteCase{"date", "{}", "null", "null"},
        WriteCase{"date", "{}", R"("garbage")", "error: Invalid time value"},
        WriteCase{"date", "{}", "true", "error: Invalid time value"},
        WriteCase{"date", "{}", "8640000000000001", "error: Invalid time value"}
    )
);

INSTANTIATE_TEST_SUITE_P(
    Enum,
    ToStored,
    testing::Values(
        WriteCase{"enum", kStatus, R"("live")", "text live"},
        WriteCase{"enum", kStatus, "null", "text draft"},
        WriteCase{"enum", kTheme, R"("dark")", "text dark"},
        WriteCase{
            "enum",
            kTheme,
            R"("Dark")",
            R"(error: Field "f" must be one of the following values: dark, light)"
        },
        WriteCase{
            "enum",
            kStatus,
            "5",
            R"(error: Field "f" must be one of the following values: draft, live)"
        },
        WriteCase{
            "enum",
            R"({"options":{"type":"strings","values":["a"]},"default_value":""})",
            "null",
            "null"
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    Json,
    ToStored,
    testing::Values(
        WriteCase{"json", "{}", R"("text")", R"(json "text")"},
        WriteCase{"json", "{}", "5", "json 5"},
        WriteCase{"json", "{}", "false", "json false"},
        WriteCase{"json", "{}", "[]", "json []"},
        WriteCase{"json", "{}", R"({ "z" : [1, 2.50] })", R"(json {"z":[1,2.5]})"},
        WriteCase{"json", "{}", R"("{\"a\":1}")", R"(json {"a":1})"},
        WriteCase{"json", "{}", R"("{ \"a\": 1}")", R"(json "{ \"a\": 1}")"},
        WriteCase{"json", "{}", R"("5")", "json 5"},
        WriteCase{"json", "{}", "null", "null"},
        WriteCase{"json", R"({"default_value":{"a":[]}})", "null", R"(json {"a":[]})"},
        WriteCase{
            "jsonschema", kColor, R"({"color":"red","size":2})", R"(json {"color":"red","size":2})"
        },
        WriteCase{"jsonschema", kColor, R"({"size":1})", "error: f"},
        WriteCase{"jsonschema", kColor, R"({"color":"x","size":0})", "error: f"},
        WriteCase{"jsonschema", kColor, "5", "null"},
        WriteCase{"jsonschema", kColor, "null", "null"},
        WriteCase{"jsonschema", kColorRequired, "5", "error: f"},
        WriteCase{"jsonschema", kColorRequired, R"({"color":1})", R"(json {"color":1})"}
    )
);

struct ReadCase {
  const char* type;
  const char* config;
  ValueView stored;
  const char* expected;  // JSON
};
void PrintTo(const ReadCase& c, std::ostream* out) {
  *out << c.type << " " << c.config << " -> " << c.expected;
}

class AppendJson : public testing::TestWithParam<ReadCase> {};

TEST_P(AppendJson, ShowsWhatIsStored) {
  const auto field = field_of(GetParam().type, GetParam().config);
  std::string out = "[";
  append_json(*field, GetParam().stored, out);
  EXPECT_EQ(out, std::string("[") + GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Values,
    AppendJson,
    testing::Values(
        ReadCase{"text", "{}", ValueView::of_text("a\"b"), R"("a\"b")"},
        ReadCase{"text", "{}", {}, "null"},
        ReadCase{"text", R"({"required":true})", {}, R"("")"},
        ReadCase{"text", R"({"default_value":"d"})", {}, "null"},
        ReadCase{"text", R"({"maxLength":3})", ValueView::of_text("abcdef"), R"("abc")"},
        ReadCase{"text", R"({"maxLength":3})", {}, "null"},
        ReadCase{"text", "{}", ValueView::of_integer(-7), R"("-7")"},
        ReadCase{"text", R"({"maxLength":9})", ValueView::of_real(2.5), R"("2.5")"},
        ReadCase{"number", "{}", ValueView::of_integer(-7), "-7"},
        ReadCase{"number", "{}", ValueView::of_real(2.5), "2.5"},
        ReadCase{"number", R"({"default_value":1})", {}, "null"},
        ReadCase{"number", "{}", ValueView::of_text("was text"), R"("was text")"},
        ReadCase{"boolean", "{}", ValueView::of_boolean(true), "true"},
        ReadCase{"boolean", "{}", {}, "null"},
        ReadCase{"boolean", R"({"default_value":true})", {}, "true"},
        ReadCase{"boolean", R"({"required":true,"default_value":true})", {}, "false"},
        ReadCase{"boolean", "{}", ValueView::of_integer(2), "true"},
        ReadCase{"boolean", "{}", ValueView::of_text("1"), "true"},
        ReadCase{
            "date",
            R"({"type":"date"})",
            ValueView::of_time(1714953600000),
            R"("2024-05-06T00:00:00.000Z")"
        },
        ReadCase{"date", "{}", {}, "null"},
        ReadCase{"date", "{}", ValueView::of_text("no date"), "null"},
        ReadCase{"enum", kStatus, ValueView::of_text("live"), R"("live")"},
        ReadCase{"enum", kStatus, ValueView::of_text("gone"), R"("draft")"},
        ReadCase{"enum", kStatus, {}, R"("draft")"},
        ReadCase{"enum", kTheme, ValueView::of_text("gone"), "null"},
        ReadCase{"json", "{}", ValueView::of_json(R"({"a":1})"), R"({"a":1})"},
        ReadCase{"json", "{}", {}, "null"},
        ReadCase{"json", R"({"default_value":[1]})", {}, "[1]"},
        ReadCase{"jsonschema", kColor, ValueView::of_json(R"({"color":"x"})"), R"({"color":"x"})"},
        ReadCase{"jsonschema", kColor, {}, "null"},
        ReadCase{
            "jsonschema",
            R"({"schema":{"type":"object"},"default_value":{"a":1}})",
            {},
            R"({"a":1})"
        },
        ReadCase{
            "jsonschema",
            R"({"default_from_schema":true,"schema":{"type":"object","properties":{"a":{"type":"number","default":3}},)"
            R"("required":["a"]}})",
            {},
            R"({"a":3})"
        },
        ReadCase{"relation", R"({"target":"t"})", ValueView::of_integer(4), "4"},
        ReadCase{"relation", R"({"target":"t"})", {}, "null"}
    )
);

TEST(FieldValue, NamesTheFieldOfABadDate) {
  const auto field = field_of("date", "{}");
  const auto stored = to_stored(*field, "garbage");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().members, R"({"context":{"field":"f"}})");
}

TEST(FieldValue, ReadsKeysOfRelations) {
  Entity numbered;
  Entity named;
  named.uuid_keys = true;
  const auto field = field_of("relation", R"({"target":"t"})");
  field->target = &numbered;
  EXPECT_EQ(key_of(*field, 5), RowKey::of_integer(5));
  EXPECT_EQ(key_of(*field, 5.0), RowKey::of_integer(5));
  EXPECT_EQ(key_of(*field, "5"), RowKey::of_integer(5));
  EXPECT_EQ(key_of(*field, "five"), std::nullopt);
  EXPECT_EQ(key_of(*field, 5.5), std::nullopt);
  EXPECT_EQ(key_of(*field, true), std::nullopt);
  field->target = &named;
  EXPECT_EQ(key_of(*field, 5), std::nullopt);
  const auto key = key_of(*field, "018F0000-0000-7000-8000-000000000001");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->text(), "018f0000-0000-7000-8000-000000000001");
  std::string out;
  append_json(*field, key->value(), out);
  EXPECT_EQ(out, R"("018f0000-0000-7000-8000-000000000001")");
}

}  // namespace
}  // namespace noded::database
