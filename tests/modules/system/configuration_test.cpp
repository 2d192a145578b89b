#include "modules/system/configuration_fixture.hpp"

namespace noded::system {
namespace {

TEST_F(ConfigurationTest, CompletesWhatTheFirstBootWasGiven) {
  const auto whole = first_.configuration.view(false);
  EXPECT_EQ(codec::to_json_text(whole.at("flows")), R"({"basepath":"/api/flows","flows":{}})");
  EXPECT_EQ(whole.at("server").at("cors").at("origin"), "*");
  const auto& notes = whole.at("data").at("entities").at("notes").as_object();
  EXPECT_EQ(notes.at("fields").as_object().begin()->key(), "id");
  EXPECT_EQ(notes.at("config").at("sort_field"), "id");
  EXPECT_EQ(first_.data.published, 1);
  EXPECT_TRUE(create("notes", R"({"text":"one"})"));
}

TEST_F(ConfigurationTest, IsFoundAgainByTheNextStart) {
  ASSERT_TRUE(create("notes", R"({"text":"one"})"));
  database::Database database({engine_, lane_}, kApplication, clock_);
  Started second(database, box_);
  const auto loaded = run(second.configuration.load());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(*loaded);
  EXPECT_EQ(second.configuration.view(true), first_.configuration.view(true));
  EXPECT_EQ(second.configuration.application_id(), first_.configuration.application_id());
  EXPECT_EQ(second.configuration.application_id().size(), 36u);
  EXPECT_NE(database.schema()->find("notes"), nullptr);
}

TEST_F(ConfigurationTest, IsNotFoundInAnEmptyStore) {
  database::Database empty({engine_, lane_}, kApplication + 1, clock_);
  Started other(empty, box_);
  const auto loaded = run(other.configuration.load());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_FALSE(*loaded);
}

TEST_F(ConfigurationTest, RefusesAFirstBootWithUnknownOrInvalidModules) {
  database::Database empty({engine_, lane_}, kApplication + 1, clock_);
  Started other(empty, box_);
  const auto unknown = run(other.configuration.first_boot(parse_object(R"({"dta":{}})")));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, R"(there is no module "dta" to configure)");
  const auto invalid =
      run(other.configuration.first_boot(parse_object(R"({"server":{"cors":{"origin":5}}})")));
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().message, "server: /cors/origin: Expected string");
}

TEST_F(ConfigurationTest, PutsAChangeInForceAtOnce) {
  const auto changed =
      change(Kind::kAdd, "data", "entities.gadgets", R"({"fields":{"name":{"type":"text"}}})");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_TRUE(changed->at("entities").as_object().contains("gadgets"));
  EXPECT_EQ(first_.data.published, 2);
  EXPECT_TRUE(create("gadgets", R"({"name":"g"})"));

  const auto removed = change(Kind::kRemove, "data", "entities.gadgets");
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(database_.schema()->find("gadgets"), nullptr);
}

TEST_F(ConfigurationTest, StoresAChangeThatTouchesNoEntity) {
  ASSERT_TRUE(change(Kind::kPatch, "server", "cors.origin", R"("http://a.example")"));
  EXPECT_NE(stored("configuration").find("http://a.example"), std::string::npos);
  EXPECT_EQ(first_.configuration.view("server", false).at("cors").at("origin"), "http://a.example");
}

TEST_F(ConfigurationTest, NamesThePlaceThatTheSchemaRefuses) {
  const auto refused =
      change(Kind::kAdd, "data", "entities.bad", R"({"fields":{"f":{"type":"nonsense"}}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_EQ(refused.error().type, "type-invalid");
  const auto members = parse_object(refused.error().members);
  EXPECT_EQ(members.at("errors").at(0).at("instanceLocation"), "/entities/bad/fields/f");
}

TEST_F(ConfigurationTest, KeepsTheOldOneWhenAChangeCannotBePutInForce) {
  const auto before = first_.configuration.view(true);
  const std::string record = stored("configuration");
  const std::pair<std::string, std::string_view> kCases[] = {
      {"entities.refused", R"({"fields":{}})"},  // by a module
      {"entities.bad",                           // by the record layer
       R"({"fields":{"e":{"type":"enum","config":{"options":{"type":"strings","values":["a"]},"default_value":"b"}}}})"
      },
      {"indices.bad", R"({"entity":"notes","fields":["absent"],"unique":true})"},
  };
  for (const auto& [path, value] : kCases) {
    const auto refused = change(Kind::kAdd, "data", path, value);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, Errc::kInvalid) << refused.error().message;
    EXPECT_NE(refused.error().type, "type-invalid");
  }
  EXPECT_EQ(first_.configuration.view(true), before);
  EXPECT_EQ(stored("configuration"), record);
  EXPECT_EQ(first_.data.published, 1);
  EXPECT_TRUE(create("notes", R"({"text":"still there"})"));
}

TEST_F(ConfigurationTest, RefusesAUniqueIndexThatTheRowsContradict) {
  ASSERT_TRUE(create("notes", R"([{"text":"same"},{"text":"same"}])"));
  EXPECT_FALSE(change(
      Kind::kAdd,
      "data",
      "indices.unique_text",
      R"({"entity":"notes","fields":["text"],"unique":true})"
  ));
  EXPECT_TRUE(create("notes", R"({"text":"same"})"));
  EXPECT_TRUE(first_.configuration.view("data", false).at("indices").as_object().empty());
}

TEST_F(ConfigurationTest, RefusesToLoseTwoEntitiesAtOnce) {
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(change(Kind::kAdd, "data", std::string("entities.") + name, R"({"fields":{}})"));
  }
  const auto refused =
      change(Kind::kReplace, "data", "", R"({"entities":{"notes":{"fields":{}}}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "Cannot remove more than one entity at a time");
  EXPECT_NE(database_.schema()->find("a"), nullptr);
}

TEST_F(ConfigurationTest, RefusesToNestWhatItCouldNotReadAgain) {
  std::string path = "entities.notes.config";
  std::string value = "1";
  for (int i = 0; i < 40; ++i)
    value = R"({"a":)" + value + "}";
  ASSERT_TRUE(change(Kind::kPatch, "data", path + ".description", R"("x")"));
  for (int i = 0; i < 20; ++i)
    path += ".a";
  const auto refused = change(Kind::kPatch, "data", path, value);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "The configuration nests too deeply");
}

TEST_F(ConfigurationTest, RefusesAnUnknownModule) {
  const auto refused = change(Kind::kSet, "nope", "", "{}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
}

TEST_F(ConfigurationTest, KeepsSecretsApartAndOutOfAnswers) {
  const auto changed = change(Kind::kPatch, "media", "adapter", kStorage);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(codec::to_json_text(*changed).find("hush"), std::string::npos);
  EXPECT_EQ(stored("configuration").find("hush"), std::string::npos);
  EXPECT_EQ(stored("secrets").find("hush"), std::string::npos);  // sealed
  const auto shown = first_.configuration.view("media", true);
  EXPECT_EQ(shown.at("adapter").at("config").at("secret_access_key"), "hush");

  Started second(database_, box_);
  ASSERT_TRUE(run(second.configuration.load()));
  EXPECT_EQ(second.configuration.view("media", true), shown);
}

TEST_F(ConfigurationTest, MakesChangesOneAtATime) {
  int done = 0;
  for (int i = 0; i < 8; ++i) {
    spawn(io_.get_executor(), "change", [this, i, &done]() -> Task<> {
      ConfigurationEdit edit{
          Kind::kAdd,
          "entities.e" + std::to_string(i),
          parse(R"({"fields":{"x":{"type":"number"}}})")
      };
      const auto changed = co_await first_.configuration.change("data", std::move(edit));
      EXPECT_TRUE(changed) << changed.error().message;
      ++done;
    });
  }
  // A further change waits for its turn behind them.
  ASSERT_TRUE(change(Kind::kAdd, "data", "entities.last", R"({"fields":{}})"));
  EXPECT_EQ(done, 8);
  EXPECT_EQ(first_.configuration.view("data", false).at("entities").as_object().size(), 10u);
}

TEST_F(ConfigurationTest, BuildsAnewWithoutAChange) {
  const auto before = first_.configuration.view(true);
  ASSERT_TRUE(run(first_.configuration.rebuild()));
  EXPECT_EQ(first_.data.published, 2);
  EXPECT_EQ(first_.configuration.view(true), before);
}

}  // namespace
}  // namespace noded::system
