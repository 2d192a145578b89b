// The routes that describe the application, and what the module makes of a configuration.
#include "codec/json_schema.hpp"
#include "data_fixture.hpp"

namespace noded::data::testing {
namespace {

TEST_F(DataRoutes, ShowsTheConfigurationInForce) {
  const Answer answer = get("/api/data");
  ASSERT_EQ(answer.status, 200);
  const auto dump = json::parse(answer.body).as_object();
  ASSERT_EQ(dump.size(), 3u);
  EXPECT_EQ(
      dump.at("entities").at("tags"),
      json::parse(
          R"({"type":"regular","fields":{"id":{"type":"primary","config":{"format":"integer",)"
          R"("fillable":false,"required":false}},"label":{"type":"text","config":{"required":true}}},)"
          R"("config":{"sort_field":"id","sort_dir":"asc"}})"
      )
  );
  EXPECT_TRUE(dump.at("relations").as_object().contains("n1_posts_authors"));
  EXPECT_TRUE(dump.at("indices").as_object().contains("idx_unique_posts_slug"));
}

TEST_F(DataRoutes, NamesTheStoredEntities) {
  EXPECT_EQ(
      get("/api/data/sync").body,
      R"({"tables":["authors","posts","comments","tags","categories","notes","docs","posts_tags"],)"
      R"("changes":[]})"
  );
}

TEST_F(DataRoutes, TellsFieldsAndRelationsOfAnEntity) {
  EXPECT_EQ(
      get("/api/data/info/posts").body,
      R"({"name":"posts","fields":["id","title","slug","views","status","settings","secret","origin",)"
      R"("authors_id"],"relations":{"all":[{"entity":"authors","ref":"authors"},)"
      R"({"entity":"comments","ref":"comments"},{"entity":"tags","ref":"tags"}],)"
      R"("listable":[{"entity":"comments","ref":"comments"},{"entity":"tags","ref":"tags"}],)"
      R"("source":[{"entity":"authors","ref":"authors"},{"entity":"tags","ref":"tags"}],)"
      R"("target":[{"entity":"comments","ref":"comments"}]}})"
  );
}

TEST_F(DataRoutes, ListsARelationOfAnEntityWithItselfUnderItsManySide) {
  EXPECT_EQ(
      get("/api/data/info/categories").body,
      R"({"name":"categories","fields":["id","name","parent_id"],"relations":{)"
      R"("all":[{"entity":"categories","ref":"children"}],)"
      R"("listable":[{"entity":"categories","ref":"children"}],)"
      R"("source":[{"entity":"categories","ref":"children"}],)"
      R"("target":[{"entity":"categories","ref":"children"}]}})"
  );
}

TEST_F(DataRoutes, DescribesNoUnknownEntity) {
  EXPECT_EQ(get("/api/data/info/nope").status, 404);
  EXPECT_EQ(get("/api/data/schemas/nope").body, R"({"error":"Not found"})");
}

TEST_F(DataRoutes, IndexesTheSchemasOfTheEntities) {
  const auto index = json::parse(get("/api/data/schema.json").body);
  EXPECT_EQ(index.at("$id"), "/api/data/schema.json");
  EXPECT_EQ(index.at("properties").at("posts").at("$ref"), "/api/data/schemas/posts");
  EXPECT_EQ(index.at("properties").as_object().size(), 8u);
}

TEST_F(DataRoutes, DescribesAnEntityAsJsonSchema) {
  EXPECT_EQ(
      get("/api/data/schemas/posts_tags").body,
      R"({"$schema":"http://example.test/api/data/schema.json","$id":"/api/data/schemas/posts_tags",)"
      R"("title":"Posts Tags","type":"object","additionalProperties":false,"properties":{)"
      R"("id":{"$field":"primary","~standard":{"version":1,"vendor":"jsonv-ts"},"type":"number"},)"
      R"("posts_id":{"$field":"relation","~standard":{"version":1,"vendor":"jsonv-ts"},)"
      R"("type":"number","$ref":"posts#/properties/id"},)"
      R"("tags_id":{"$field":"relation","~standard":{"version":1,"vendor":"jsonv-ts"},)"
      R"("type":"number","$ref":"tags#/properties/id"}}})"
  );
  auto posts = json::parse(get("/api/data/schemas/posts").body).at("properties");
  for (auto& field : posts.as_object())
    EXPECT_EQ(field.value().as_object().erase("~standard"), 1u) << field.key();
  EXPECT_EQ(posts.at("title"), json::parse(R"({"$field":"text","type":"string","minLength":2})"));
  EXPECT_EQ(
      posts.at("views"),
      json::parse(R"({"$field":"number","type":"number","default":0,"minimum":-10})")
  );
  EXPECT_EQ(
      posts.at("status"),
      json::parse(R"({"$field":"enum","type":"string","enum":["draft","live"],"default":"draft"})")
  );
  EXPECT_EQ(posts.at("settings").at("required"), json::parse(R"(["color"])"));
}

TEST_F(DataRoutes, LeavesOutOfACreateSchemaWhatMayNotBeFilled) {
  const auto create = json::parse(get("/api/data/schemas/posts/create").body).at("properties");
  const auto update = json::parse(get("/api/data/schemas/posts/update").body).at("properties");
  EXPECT_FALSE(create.as_object().contains("id"));
  EXPECT_TRUE(create.as_object().contains("origin"));
  EXPECT_FALSE(update.as_object().contains("origin"));
}

TEST_F(DataRoutes, RefusesASchemaForAnotherContext) {
  const Answer answer = get("/api/data/schemas/posts/bogus");
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.body.starts_with(
      R"({"valid":false,"errors":[{"keywordLocation":"/properties/context/enum",)"
      R"("instanceLocation":"/context","error":"Expected enum: [\"create\",\"update\"]","data":"bogus"}],)"
  )) << answer.body;
  EXPECT_EQ(
      json::parse(answer.body).at("schema").at("properties").at("context").at("default"), "create"
  );
}

TEST_F(DataRoutes, WritesTypeScriptOfTheEntities) {
  const Answer answer = get("/api/data/types");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.content_type.starts_with("text/plain"));
  EXPECT_NE(
      answer.body.find("export interface Posts {\n"
                       "  id: Generated<number>;\n"
                       "  title: string;\n"
                       "  slug?: string;\n"
                       "  views?: number;\n"
                       "  status?: \"draft\" | \"live\";\n"
                       "  settings?: { color: string; size?: number; };\n"
                       "  secret?: string;\n"
                       "  origin?: string;\n"
                       "  authors_id?: number;\n"
                       "  authors?: Authors;\n"
                       "  comments?: Comments[];\n"
                       "  tags?: Tags[];\n"
                       "}\n"),
      std::string::npos
  ) << answer.body;
  EXPECT_NE(answer.body.find("  id: Generated<string>;\n"), std::string::npos);
  EXPECT_NE(answer.body.find("  posts_tags: PostsTags;\n"), std::string::npos);
  EXPECT_NE(
      answer.body.find("/** People who write */\nexport interface Authors"), std::string::npos
  );
}

TEST_F(DataRoutes, MountsItsRoutesBelowAnotherBasePath) {
  json::object application = application_config();
  application.at("data").as_object()["basepath"] = "/v1/records";
  auto prepared = module_.prepare(application);
  ASSERT_TRUE(prepared.has_value()) << prepared.error().message;
  EXPECT_EQ(get("/api/data/entity/tags").status, 200);
  (*prepared)->publish();
  EXPECT_EQ(get("/v1/records/entity/tags").status, 200);
  EXPECT_EQ(get("/api/data/entity/tags").status, 404);
  EXPECT_EQ(
      json::parse(get("/v1/records/schemas/tags").body).at("$id"), "/v1/records/schemas/tags"
  );
}

struct ConfigCase {
  const char* name;
  const char* application;
};

class RefusedConfig : public DataRoutes, public ::testing::WithParamInterface<ConfigCase> {};

TEST_P(RefusedConfig, LeavesTheOldRoutesServing) {
  auto application = json::parse(GetParam().application).as_object();
  EXPECT_TRUE(module_.complete(application).has_value());
  const auto prepared = module_.prepare(application);
  ASSERT_FALSE(prepared.has_value());
  EXPECT_EQ(prepared.error().code, Errc::kInvalid);
  EXPECT_EQ(get("/api/data/entity/tags").status, 200);
}

const ConfigCase kConfigs[] = {
    {"relative_base_path", R"({"data":{"basepath":"data"}})"},
    {"base_path_with_a_parameter", R"({"data":{"basepath":"/api/:data"}})"},
    {"base_path_with_a_trailing_slash", R"({"data":{"basepath":"/api/data/"}})"},
    {"root", R"({"data":{"basepath":"/"}})"},
    {"base_path_of_auth", R"({"data":{"basepath":"/api/auth"},"auth":{"basepath":"/api/auth"}})"},
    {"base_path_of_the_system", R"({"data":{"basepath":"/api/system"}})"},
    {"enum_default_that_is_no_option",
     R"({"data":{"entities":{"a":{"fields":{"e":{"type":"enum","config":{"default_value":"x",)"
     R"("options":{"type":"strings","values":["y"]}}}}}}}})"},
    {"relation_to_nothing",
     R"({"data":{"entities":{"a":{"fields":{}}},"relations":{"r":{"type":"n:1","source":"a","target":"b"}}}})"
    },
};
INSTANTIATE_TEST_SUITE_P(
    Configs,
    RefusedConfig,
    ::testing::ValuesIn(kConfigs),
    [](const auto& info) { return info.param.name; }
);

TEST_F(DataRoutes, CompletesAnEmptyConfiguration) {
  json::object application;
  ASSERT_TRUE(module_.complete(application).has_value());
  EXPECT_EQ(
      application.at("data"),
      json::parse(R"({"basepath":"/api/data","default_primary_format":"integer","entities":{},)"
                  R"("relations":{},"indices":{}})")
  );
}

TEST_F(DataRoutes, CompletesAnEntity) {
  auto application =
      json::parse(
          R"({"data":{"default_primary_format":"uuid","entities":{"a":{"fields":{"t":{"type":"text"}}}}}})"
      )
          .as_object();
  ASSERT_TRUE(module_.complete(application).has_value());
  EXPECT_EQ(
      json::serialize(application.at("data").at("entities").at("a")),
      R"({"fields":{"id":{"type":"primary","config":{"format":"integer","fillable":false,"required":false}},)"
      R"("t":{"type":"text","config":{"required":false}}},"type":"regular",)"
      R"("config":{"sort_field":"id","sort_dir":"asc"}})"
  );
}

TEST_F(DataRoutes, TakesItsOwnCompletedConfigurationForValid) {
  const auto schema = codec::JsonSchema::compile(json::parse(module_.schema()));
  ASSERT_TRUE(schema.has_value()) << schema.error().message;
  json::object application = application_config();
  ASSERT_TRUE(module_.complete(application).has_value());
  const auto errors = (*schema)->validate(application.at("data"));
  EXPECT_TRUE(errors.empty()) << errors.front().instance_location << ' ' << errors.front().error;
}

TEST_F(DataRoutes, RefusesAFieldOfAnUnknownType) {
  const auto schema = codec::JsonSchema::compile(json::parse(module_.schema()));
  ASSERT_TRUE(schema.has_value()) << schema.error().message;
  const auto errors =
      (*schema)->validate(json::parse(R"({"entities":{"bad":{"fields":{"x":{"type":"nonsense"}}}}})"
      ));
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors.front().instance_location, "/entities/bad/fields/x");
  EXPECT_EQ(errors.front().error, "Expected at least one to match");
}

}  // namespace
}  // namespace noded::data::testing
