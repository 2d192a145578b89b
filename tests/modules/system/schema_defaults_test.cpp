#include "modules/system/schema_defaults.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

namespace noded::system {
namespace {

std::string filled(std::string_view schema, std::string_view instance) {
  auto value = codec::parse_json(instance);
  fill_defaults(*codec::parse_json(schema), *value);
  return codec::to_json_text(*value);
}

constexpr std::string_view kSchema = R"({
  "properties": {
    "cors": {"type":"object","properties":{"origin":{"default":"*"},"list":{"default":[1]}},"required":["origin"]},
    "optional": {"type":"object","properties":{"x":{"default":1}}},
    "plain": {"type":"string"},
    "zero": {"default":0}
  },
  "required": ["cors"]})";

TEST(SchemaDefaults, AreAddedWhereAMemberIsAbsent) {
  EXPECT_EQ(filled(kSchema, "{}"), R"({"cors":{"origin":"*","list":[1]},"zero":0})");
}

TEST(SchemaDefaults, ChangeNothingThatIsThere) {
  constexpr std::string_view given =
      R"({"cors":{"origin":null,"list":[]},"zero":"text","other":1})";
  EXPECT_EQ(filled(kSchema, given), given);
}

TEST(SchemaDefaults, ReachIntoGivenObjects) {
  EXPECT_EQ(
      filled(kSchema, R"({"cors":{},"optional":{}})"),
      R"({"cors":{"origin":"*","list":[1]},"optional":{"x":1},"zero":0})"
  );
}

TEST(SchemaDefaults, HoldForMembersUnderAnyName) {
  constexpr std::string_view schema =
      R"({"additionalProperties":{"properties":{"type":{"default":"regular"},"config":{"default":{},"properties":{"dir":{"default":"asc"}}}}}})";
  EXPECT_EQ(
      filled(schema, R"({"a":{},"b":{"type":"system"},"c":5})"),
      R"({"a":{"type":"regular","config":{"dir":"asc"}},"b":{"type":"system","config":{"dir":"asc"}},"c":5})"
  );
}

TEST(SchemaDefaults, LeaveAlternativesAlone) {
  EXPECT_EQ(
      filled(
          R"({"properties":{"a":{"anyOf":[{"properties":{"x":{"default":1}}}]}}})", R"({"a":{}})"
      ),
      R"({"a":{}})"
  );
}

}  // namespace
}  // namespace noded::system
