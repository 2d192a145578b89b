#include "codec/json.hpp"
#include "codec/json_schema.hpp"
#include "modules/system/flows_module.hpp"
#include "modules/system/media_module.hpp"
#include "modules/system/schema_defaults.hpp"
#include "modules/system/server_module.hpp"

#include <gtest/gtest.h>

namespace noded::system {
namespace {

namespace json = boost::json;

json::object application(std::string_view module, std::string_view part, const Module& of) {
  json::value configuration = *codec::parse_json(part);
  fill_defaults(*codec::parse_json(of.schema()), configuration);
  json::object whole;
  whole["data"] = json::object();
  whole[module] = std::move(configuration);
  return whole;
}

std::size_t errors_of(const Module& module, std::string_view part) {
  const auto schema = codec::JsonSchema::compile(*codec::parse_json(module.schema()));
  auto whole = application(module.name(), part, module);
  return (*schema)->validate(whole[module.name()]).size();
}

TEST(ServerModule, AcceptsItsOwnDefaultsAndRefusesUnknownMembers) {
  const ServerModule module([](const CorsSettings&) {});
  EXPECT_EQ(errors_of(module, "{}"), 0u);
  EXPECT_EQ(errors_of(module, R"({"nope":1})"), 1u);
  EXPECT_EQ(errors_of(module, R"({"cors":{"allow_methods":["TRACE"]}})"), 1u);
}

TEST(ServerModule, AppliesCorsOnlyWhenItIsPublished) {
  CorsSettings applied;
  int calls = 0;
  ServerModule module([&](const CorsSettings& settings) {
    applied = settings;
    ++calls;
  });
  const auto whole =
      application("server", R"({"cors":{"origin":"http://a.example,http://b.example"}})", module);
  const auto prepared = module.prepare(whole);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(calls, 0);
  (*prepared)->publish();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(applied.origin, "http://a.example,http://b.example");
  EXPECT_EQ(applied.methods.size(), 5u);
  EXPECT_EQ(applied.headers.front(), "Content-Type");
  EXPECT_TRUE(applied.credentials);
}

TEST(MediaModule, AddsItsEntityWhenItIsEnabled) {
  const MediaModule module;
  auto whole = application("media", R"({"enabled":true,"entity_name":"files"})", module);
  ASSERT_TRUE(module.complete(whole));
  const auto& data = whole["data"].get_object();
  const auto& entity = data.at("entities").at("files").as_object();
  EXPECT_EQ(entity.at("type"), "system");
  EXPECT_EQ(entity.at("fields").as_object().size(), 10u);
  EXPECT_EQ(
      codec::to_json_text(data.at("indices")),
      R"({"idx_unique_files_path":{"entity":"files","fields":["path"],"unique":true},)"
      R"("idx_files_reference":{"entity":"files","fields":["reference"],"unique":false},)"
      R"("idx_files_entity_id":{"entity":"files","fields":["entity_id"],"unique":false}})"
  );
}

TEST(MediaModule, KeepsTheFieldsThatAreDeclared) {
  const MediaModule module;
  auto whole = application("media", R"({"enabled":true})", module);
  whole["data"] = *codec::parse_json(
      R"({"entities":{"media":{"fields":{"path":{"type":"text","config":{"label":"mine"}},"own":{"type":"text"}}}}})"
  );
  ASSERT_TRUE(module.complete(whole));
  const auto& fields = whole["data"].at("entities").at("media").at("fields").as_object();
  EXPECT_EQ(fields.at("path").at("config").at("label"), "mine");
  EXPECT_EQ(fields.size(), 11u);
}

TEST(MediaModule, AddsNothingWhileItIsDisabled) {
  const MediaModule module;
  auto whole = application("media", "{}", module);
  ASSERT_TRUE(module.complete(whole));
  EXPECT_TRUE(whole["data"].get_object().empty());
}

TEST(MediaModule, KnowsItsAdapters) {
  const MediaModule module;
  EXPECT_EQ(
      errors_of(module, R"({"adapter":{"type":"local","config":{"path":"/srv/media"}}})"), 0u
  );
  EXPECT_EQ(errors_of(module, R"({"adapter":{"type":"s3","config":{"access_key":"a"}}})"), 1u);
  EXPECT_EQ(errors_of(module, R"({"adapter":{"type":"ftp","config":{}}})"), 1u);
}

TEST(FlowsModule, RefusesFlowsThatCannotRun) {
  struct Case {
    std::string_view flow;
    std::string_view message;
  };
  constexpr Case kCases[] = {
      {R"({"start_task":"b"})", R"(flows: flow "f": there is no task "b")"},
      {R"({"responding_task":"b"})", R"(flows: flow "f": there is no task "b")"},
      {R"({"connections":{"c":{"source":"a","target":"b","config":{}}}})",
       R"(flows: flow "f": there is no task "b")"},
      {R"({"connections":{"c":{"source":"a","target":"a","config":{"condition":{"type":"matches","path":"","value":"x"}}}}})",
       R"(flows: flow "f": a condition that matches needs a path)"},
  };
  FlowsModule module;
  for (const Case& c : kCases) {
    auto whole = application("flows", "{}", module);
    json::object flow = codec::parse_json(c.flow)->get_object();
    flow["trigger"] = {{"type", "manual"}};
    flow["tasks"] = *codec::parse_json(R"({"a":{"type":"render","params":{"render":""}}})");
    whole["flows"].get_object()["flows"].get_object()["f"] = flow;
    const auto prepared = module.prepare(whole);
    ASSERT_FALSE(prepared) << c.flow;
    EXPECT_EQ(prepared.error().message, c.message);
  }
}

TEST(FlowsModule, AcceptsAFlowOfConnectedTasks) {
  constexpr std::string_view kFlows = R"({"flows":{"chain":{
    "trigger":{"type":"manual","config":{"mode":"sync"}},
    "tasks":{"one":{"type":"render","params":{"render":"first"}},"two":{"type":"log","params":{"delay":1}}},
    "connections":{"c":{"source":"one","target":"two","config":{"condition":{"type":"success"}}}},
    "start_task":"one","responding_task":"two"}}})";
  FlowsModule module;
  EXPECT_EQ(errors_of(module, kFlows), 0u);
  EXPECT_TRUE(module.prepare(application("flows", kFlows, module)));
  EXPECT_EQ(errors_of(module, R"({"flows":{"x":{"trigger":{"type":"clock"}}}})"), 1u);
}

}  // namespace
}  // namespace noded::system
