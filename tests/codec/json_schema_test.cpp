#include "codec/json_schema.hpp"

#include "codec/json.hpp"
#include "codec/json_schema_vectors.hpp"

#include <gtest/gtest.h>

namespace noded::codec {
namespace {

boost::json::value parsed(std::string_view text) {
  return parse_json(text, "test").value();
}

std::shared_ptr<const JsonSchema> compiled(std::string_view schema) {
  auto outcome = JsonSchema::compile(parsed(schema));
  EXPECT_TRUE(outcome.has_value()) << schema << ": " << outcome.error().message;
  return outcome.value();
}

TEST(JsonSchema, ReportsErrorsWithTheTextsAndLocationsOfJsonvTs) {
  for (const auto& [schema, instance, errors] : kRecordedErrors) {
    EXPECT_EQ(
        to_json_text(to_json(compiled(schema)->validate(parsed(instance)))),
        to_json_text(parsed(errors))
    ) << schema
      << " on " << instance;
  }
}

TEST(JsonSchema, JudgesValuesAsDraft201909Does) {
  for (const auto& [schema, instance, is_valid] : kRecordedValidity) {
    EXPECT_EQ(compiled(schema)->validate(parsed(instance)).empty(), is_valid)
        << schema << " on " << instance;
  }
}

struct TemplateCase {
  std::string_view schema, made;
};
// What `fromSchema(schema).template()` of jsonv-ts 0.10.1 makes; null stands for undefined.
constexpr TemplateCase kTemplates[] = {
    {R"({})", R"(null)"},
    {R"({"type":"string"})", R"(null)"},
    {R"({"type":"string","default":"x"})", R"("x")"},
    {R"({"type":"array"})", R"([])"},
    {R"({"type":"array","items":{"type":"string","default":"q"}})", R"([])"},
    {R"({"type":"array","default":[1]})", R"([1])"},
    {R"({"const":5})", R"(5)"},
    {R"({"const":5,"default":6})", R"(5)"},
    {R"({"enum":["a","b"]})", R"(null)"},
    {R"({"type":"object"})", R"(null)"},
    {R"({"type":"object","properties":{"a":{"type":"string","default":"x"}}})", R"(null)"},
    {R"({"type":"object","properties":{"a":{"type":"string","default":"x"}},"required":["a"]})",
     R"({"a":"x"})"},
    {R"({"type":"object","properties":{"a":{"type":"string","default":"x"},"b":{"type":"number"}},"required":["a","b"]})",
     R"({"a":"x"})"},
    {R"({"type":"object","properties":{"a":{"type":"string","default":"x"},"b":{"type":"number","default":2}},"required":["a"]})",
     R"({"a":"x"})"},
    {R"({"type":"object","properties":{"a":{"type":"string","default":"x"}},"default":{}})",
     R"({"a":"x"})"},
    {R"({"type":"object","properties":{"a":{"type":"string","default":"x"},"c":{"type":"string"}},"default":{"b":1}})",
     R"({"b":1,"a":"x"})"},
    {R"({"type":"object","properties":{"a":{"type":"string","default":"x"}},"default":{"a":"y"}})",
     R"({"a":"y"})"},
    {R"({"type":"object","properties":{"n":{"type":"object","properties":{"v":{"type":"number","default":1}},"required":["v"]}},"required":["n"]})",
     R"({"n":{"v":1}})"},
    {R"({"type":"object","properties":{"n":{"type":"object","properties":{"v":{"type":"number","default":1}},"required":["v"]}}})",
     R"(null)"},
    {R"({"type":"object","properties":{"n":{"type":"object","properties":{"v":{"type":"number","default":1}}}},"required":["n"]})",
     R"(null)"},
    {R"({"type":"object","properties":{"l":{"type":"array"}},"required":["l"]})", R"({"l":[]})"},
    {R"({"type":"object","properties":{"l":{"type":"array"}}})", R"(null)"},
    {R"({"type":"object","properties":{"l":{"type":"array"}},"default":{}})", R"({})"},
    {R"({"type":"object","properties":{"k":{"const":3}},"required":["k"]})", R"({"k":3})"},
    {R"({"type":"object","properties":{"k":{"const":3}}})", R"(null)"},
    {R"({"type":"object","properties":{"e":{"enum":["a"],"default":"a"}},"required":["e"]})",
     R"({"e":"a"})"},
    {R"({"type":"object","properties":{"e":{"anyOf":[{"type":"string"}],"default":null}},"required":["e"]})",
     R"({"e":null})"},
    {R"({"type":"object","properties":{"b":true,"c":{"type":"boolean","default":false}},"required":["b","c"]})",
     R"({"c":false})"},
    {R"({"$ref":"#/$defs/x","$defs":{"x":{"default":1}}})", R"(null)"},
    {R"({"type":"object","properties":{"n":{"type":"object","properties":{"v":{"type":"number","default":1}}}},"default":{"n":{}}})",
     R"({"n":{"v":1}})"},
    {R"({"type":"string","default":5})", R"(5)"},
    {R"({"type":"object","default":5})", R"(5)"},
    {R"({"type":"object","properties":{"a":{"default":1}},"default":5})", R"({"a":1})"},
    {R"({"type":"array","default":5})", R"([])"},
    {R"({"type":"object","properties":{"a":{"default":1}},"default":[1],"required":["a"]})",
     R"({"a":1})"},
};

TEST(JsonSchema, MakesTheTemplateOfItsDefaults) {
  for (const auto& [schema, made] : kTemplates) {
    EXPECT_EQ(to_json_text(compiled(schema)->template_of_defaults()), made) << schema;
  }
}

struct RefusalCase {
  std::string_view schema, message;
};
constexpr RefusalCase kRefusals[] = {
    {"5", "invalid JSON Schema at #: a schema is an object or a boolean"},
    {R"({"type":"text"})", "invalid JSON Schema at #/type: unknown type"},
    {R"({"type":["string",5]})", "invalid JSON Schema at #/type: unknown type"},
    {R"({"type":[]})", "invalid JSON Schema at #/type: unknown type"},
    {R"({"properties":{"a":{"pattern":"("}}})",
     "invalid JSON Schema at #/properties/a/pattern: invalid pattern: a group is not closed at "
     "byte 1"},
    {R"({"pattern":5})", "invalid JSON Schema at #/pattern: a text is needed"},
    {R"({"patternProperties":{"[":true}})",
     "invalid JSON Schema at #/patternProperties/[: invalid pattern: a class is not closed at byte "
     "1"},
    {R"({"$ref":"#/$defs/x"})", "invalid JSON Schema at #/$ref: the reference leads nowhere"},
    {R"({"$ref":"https://example.com/schema"})",
     "invalid JSON Schema at #/$ref: the reference leads nowhere"},
    {R"({"$ref":"#nowhere"})", "invalid JSON Schema at #/$ref: the reference leads nowhere"},
    {R"({"$ref":"#/type","type":"string"})",
     "invalid JSON Schema at #/$ref: a schema is an object or a boolean"},
    {R"({"minLength":-1})", "invalid JSON Schema at #/minLength: a whole number from 0 is needed"},
    {R"({"minLength":1.5})", "invalid JSON Schema at #/minLength: a whole number from 0 is needed"},
    {R"({"maximum":"5"})", "invalid JSON Schema at #/maximum: a number is needed"},
    {R"({"multipleOf":0})", "invalid JSON Schema at #/multipleOf: a number above 0 is needed"},
    {R"({"required":true})", "invalid JSON Schema at #/required: a list of texts is needed"},
    {R"({"required":[1]})", "invalid JSON Schema at #/required: a list of texts is needed"},
    {R"({"enum":"a"})", "invalid JSON Schema at #/enum: a list is needed"},
    {R"({"anyOf":{}})", "invalid JSON Schema at #/anyOf: a list of schemas is needed"},
    {R"({"anyOf":[{},1]})", "invalid JSON Schema at #/anyOf/1: a schema is an object or a boolean"},
    {R"({"properties":[]})", "invalid JSON Schema at #/properties: an object of schemas is needed"},
    {R"({"items":5})", "invalid JSON Schema at #/items: a schema is an object or a boolean"},
    {R"({"uniqueItems":1})", "invalid JSON Schema at #/uniqueItems: a boolean is needed"},
    {R"({"dependentRequired":{"a":[1]}})",
     "invalid JSON Schema at #/dependentRequired: an object of lists of texts is needed"},
    {R"({"unevaluatedProperties":false})",
     "invalid JSON Schema at #/unevaluatedProperties: this keyword is not supported"},
};

TEST(JsonSchema, ThatCannotBeCompiledIsRefusedWithTheLocation) {
  for (const auto& [schema, message] : kRefusals) {
    const auto outcome = JsonSchema::compile(parsed(schema));
    ASSERT_FALSE(outcome.has_value()) << schema;
    EXPECT_EQ(outcome.error().code, Errc::kInvalid);
    EXPECT_EQ(outcome.error().message, message);
  }
}

constexpr std::string_view kTooComplex = "The value is too complex to be validated";

TEST(JsonSchema, EndsWhenReferencesLeadInACircle) {
  for (const std::string_view schema :
       {R"({"$ref":"#"})",
        R"({"allOf":[{"$ref":"#"}]})",
        R"({"not":{"$ref":"#"}})",
        R"({"anyOf":[{"$ref":"#"},true]})",
        R"({"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"})"}) {
    const auto errors = compiled(schema)->validate(1);
    ASSERT_EQ(errors.size(), 1U) << schema;
    EXPECT_EQ(errors[0].error, kTooComplex) << schema;
  }
}

TEST(JsonSchema, EndsWhenAValueWouldTakeExponentialWork) {
  // Both branches are tried at each level and fail only at the bottom: 2^60 paths.
  const auto schema = compiled(
      R"({"type":"object","anyOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}]})"
  );
  boost::json::value instance = 1;
  for (int level = 0; level < 60; ++level)
    instance = boost::json::object{{"a", std::move(instance)}};
  const auto errors = schema->validate(instance);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].error, kTooComplex);
}

TEST(JsonSchema, EndsWhenPatternsCostTooMuch) {
  const auto schema = compiled(R"({"contains":{"pattern":"^(a+)+$"}})");
  const boost::json::value item = boost::json::string(std::string(100, 'a') + "!");
  const boost::json::value items = boost::json::array(10'000, item);
  const auto errors = schema->validate(items);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].error, kTooComplex);
}

TEST(JsonSchema, ValidatesALongListWithinItsBounds) {
  const auto schema =
      compiled(R"({"type":"array","items":{"type":"number","minimum":0},"uniqueItems":true})");
  boost::json::array items;
  for (int number = 0; number < 100'000; ++number)
    items.emplace_back(number);
  EXPECT_TRUE(schema->validate(items).empty());
  items.emplace_back(5.0);
  EXPECT_EQ(schema->validate(items).at(0).error, "Duplicated items at index 5 and 100000");
}

TEST(JsonSchema, KeepsItsSource) {
  constexpr std::string_view kSchema = R"({"type":"object","x-own":[1,{"a":null}]})";
  EXPECT_EQ(to_json_text(compiled(kSchema)->source()), kSchema);
}

TEST(ValidationAnswer, IsTheBodyOfBkndsRefusal) {
  const auto schema = compiled(R"({"type":"object","properties":{"limit":{"type":"number"}}})");
  EXPECT_EQ(
      validation_answer(schema->validate(parsed(R"({"limit":"abc"})")), schema->source()),
      R"({"valid":false,"errors":[{"keywordLocation":"/properties/limit/type","instanceLocation":"/limit",)"
      R"("error":"Expected number","data":"abc"}],)"
      R"("schema":{"type":"object","properties":{"limit":{"type":"number"}}}})"
  );
}

}  // namespace
}  // namespace noded::codec
