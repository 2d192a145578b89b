#include "modules/system/configuration_edit.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace noded::system {
namespace {

using Kind = ConfigurationEdit::Kind;

struct Case {
  std::string_view name;
  std::string_view module;
  std::string_view before;
  Kind kind;
  std::string_view path;
  std::string_view value;
  std::string_view after;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

class Edits : public testing::TestWithParam<Case> {};

TEST_P(Edits, ChangeTheDocument) {
  const Case& c = GetParam();
  auto document = codec::parse_json(c.before)->get_object();
  const auto value = codec::parse_json(c.value);
  const auto applied = apply_edit(document, c.module, {c.kind, std::string(c.path), *value});
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(codec::to_json_text(document), c.after);
}

INSTANTIATE_TEST_SUITE_P(
    Configuration,
    Edits,
    testing::Values(
        Case{
            "SetMergesObjects",
            "server",
            R"({"cors":{"origin":"*","x":1},"mcp":{}})",
            Kind::kSet,
            "",
            R"({"cors":{"origin":"a"}})",
            R"({"cors":{"origin":"a","x":1},"mcp":{}})"
        },
        Case{
            "SetReplacesArrays",
            "server",
            R"({"a":[1,2,3]})",
            Kind::kSet,
            "",
            R"({"a":[4]})",
            R"({"a":[4]})"
        },
        Case{
            "ReplaceTakesTheGivenMembersWhole",
            "server",
            R"({"cors":{"origin":"*","x":1},"mcp":{}})",
            Kind::kReplace,
            "",
            R"({"cors":{"y":2}})",
            R"({"cors":{"y":2},"mcp":{}})"
        },
        Case{
            "AddMakesTheWay",
            "data",
            R"({"entities":{}})",
            Kind::kAdd,
            "entities.a",
            R"({"fields":{}})",
            R"({"entities":{"a":{"fields":{}}}})"
        },
        Case{
            "PatchMergesBelowThePath",
            "data",
            R"({"entities":{"a":{"config":{"x":1,"y":2}}}})",
            Kind::kPatch,
            "entities.a.config",
            R"({"x":3})",
            R"({"entities":{"a":{"config":{"x":3,"y":2}}}})"
        },
        Case{
            "PatchTakesAnEntitysConfigWhole",
            "data",
            R"({"entities":{"a":{"config":{"x":1},"type":"r"}}})",
            Kind::kPatch,
            "entities.a",
            R"({"config":{"y":2}})",
            R"({"entities":{"a":{"config":{"y":2},"type":"r"}}})"
        },
        Case{
            "SetTakesAFieldsConfigWhole",
            "data",
            R"({"entities":{"a":{"fields":{"f":{"type":"text","config":{"x":1}},"g":{}}}}})",
            Kind::kSet,
            "",
            R"({"entities":{"a":{"fields":{"f":{"config":{"y":2}}}}}})",
            R"({"entities":{"a":{"fields":{"f":{"type":"text","config":{"y":2}},"g":{}}}}})"
        },
        Case{
            "OfMediaOnlyTheAdapterIsWhole",
            "media",
            R"({"adapter":{"type":"s3","config":{"a":1}},"storage":{"b":1}})",
            Kind::kSet,
            "",
            R"({"adapter":{"type":"local"},"storage":{"c":2}})",
            R"({"adapter":{"type":"local"},"storage":{"b":1,"c":2}})"
        },
        Case{
            "AnEntityCalledConfigIsNoConfig",
            "data",
            R"({"entities":{"config":{"fields":{"a":{}}}}})",
            Kind::kSet,
            "",
            R"({"entities":{"config":{"type":"regular"}}})",
            R"({"entities":{"config":{"fields":{"a":{}},"type":"regular"}}})"
        },
        Case{
            "OverwriteReplaces",
            "data",
            R"({"entities":{"a":{"config":{"x":1}}}})",
            Kind::kOverwrite,
            "entities.a",
            R"({"fields":{}})",
            R"({"entities":{"a":{"fields":{}}}})"
        },
        Case{
            "RemoveKeepsTheOrder",
            "data",
            R"({"entities":{"a":1,"b":2,"c":3}})",
            Kind::kRemove,
            "entities.a",
            "null",
            R"({"entities":{"b":2,"c":3}})"
        }
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

TEST(ConfigurationEdit, RefusesToAddWhatIsThere) {
  auto document = codec::parse_json(R"({"entities":{"a":{}}})")->get_object();
  const auto applied = apply_edit(document, "data", {Kind::kAdd, "entities.a", json::object()});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::kExists);
  EXPECT_EQ(applied.error().type, kPathExists);
  EXPECT_EQ(applied.error().message, "Path already exists");
}

TEST(ConfigurationEdit, NamesWhatCannotBeRemoved) {
  auto document = codec::parse_json(R"({"entities":{"a":{}}})")->get_object();
  const auto missing = apply_edit(document, "data", {Kind::kRemove, "entities.b", nullptr});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  EXPECT_EQ(missing.error().message, R"(Path "entities.b" does not exist)");
  const auto orphan = apply_edit(document, "data", {Kind::kRemove, "nothing.at.all", nullptr});
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().message, R"(Parent path "nothing.at" does not exist)");
}

TEST(ConfigurationEdit, RefusesToSetWhatIsNoObject) {
  auto document = codec::parse_json(R"({"a":1})")->get_object();
  EXPECT_FALSE(apply_edit(document, "server", {Kind::kSet, "", json::array()}));
  EXPECT_FALSE(apply_edit(document, "server", {Kind::kReplace, "", 5}));
  EXPECT_EQ(codec::to_json_text(document), R"({"a":1})");
}

}  // namespace
}  // namespace noded::system
