// Whole configurations, and changes whose process ends in their midst.
#include "modules/system/configuration_fixture.hpp"
#include "modules/system/plan_json.hpp"

namespace noded::system {
namespace {

constexpr std::string_view kIndexed =
    R"({"data":{"entities":{"notes":{"fields":{"text":{"type":"text"}}}},
        "indices":{"by_text":{"entity":"notes","fields":["text"]}}}})";

class ConfigurationApplyTest : public ConfigurationTest {
 protected:
  void make_notes(int count) {
    std::string rows = "[";
    for (int i = 0; i < count; ++i)
      rows += (i > 0 ? "," : "") + (R"({"text":"t)" + std::to_string(i) + "\"}");
    ASSERT_TRUE(create("notes", rows + "]"));
  }

  Result<> apply(std::string_view application) {
    return run(first_.configuration.apply(parse_object(application)));
  }

  // Starts a change in a node that ends in its midst.
  void begin_and_end(std::string_view application) {
    make_notes(1300);
    auto changing = [&]() -> Task<Result<>> {
      co_return co_await first_.configuration.apply(parse_object(application));
    };
    std::optional<Result<>> outcome;
    net::co_spawn(io_, changing(), [&](const std::exception_ptr&, Result<> result) {
      outcome.emplace(std::move(result));
    });
    io_.restart();
    while (!database_.change_status() && !outcome)
      io_.run_one();
    database_.pause_changes();
    while (!outcome)
      io_.run_one();
    ASSERT_FALSE(*outcome);
    EXPECT_EQ(outcome->error().code, Errc::kUnavailable) << outcome->error().message;
  }
};

TEST_F(ConfigurationApplyTest, PutsTheGivenPartsInForceAndKeepsTheOthers) {
  ASSERT_TRUE(change(Kind::kSet, "server", "", R"({"cors":{"origin":"https://a.example"}})"));
  const auto applied = apply(kIndexed);
  ASSERT_TRUE(applied) << applied.error().message;
  const auto whole = first_.configuration.view(false);
  EXPECT_TRUE(whole.at("data").at("indices").as_object().contains("by_text"));
  EXPECT_EQ(whole.at("server").at("cors").at("origin"), "https://a.example");
  EXPECT_EQ(first_.configuration.last_outcome().error, std::nullopt);
}

TEST_F(ConfigurationApplyTest, KeepsSecretsThatAreNotGivenAndTheirOwnersAreThere) {
  const std::string media = R"({"media":{"enabled":true,"adapter":)" + std::string(kStorage) + "}}";
  ASSERT_TRUE(apply(media));
  json::object without = parse_object(media);
  without["media"].at("adapter").at("config").as_object().erase("secret_access_key");
  const auto proposal = first_.configuration.propose(without);
  EXPECT_TRUE(proposal.obstacles.empty());
  EXPECT_TRUE(differing_settings(proposal.before, proposal.after).empty());
  const auto gone = first_.configuration.propose(parse_object(R"({"media":{"enabled":false}})"));
  for (const std::string& path : differing_settings(gone.before, gone.after))
    EXPECT_EQ(path.find("hush"), std::string::npos) << "no value is shown";
}

TEST_F(ConfigurationApplyTest, NamesAllObstaclesAndChangesNothing) {
  const auto before = first_.configuration.view(true);
  const auto applied = apply(
      R"({"nothing":{},"server":{"cors":{"origin":7}},"data":{"entities":{"notes":{"fields":{"x":{"type":"what"}}}}}})"
  );
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::kInvalid);
  for (const std::string_view place : {"nothing: there is no such module", "server/", "data/"})
    EXPECT_NE(applied.error().message.find(place), std::string::npos) << applied.error().message;
  EXPECT_EQ(first_.configuration.view(true), before);
}

TEST_F(ConfigurationApplyTest, GoesOnAfterARestartAndPublishesAllParts) {
  begin_and_end(kIndexed);
  database::Database database({engine_, lane_}, kApplication, clock_);
  Started second(database, box_);
  ASSERT_TRUE(run(second.configuration.load()).value());
  EXPECT_FALSE(
      second.configuration.view(false).at("data").at("indices").as_object().contains("by_text")
  );
  const auto other = run(second.configuration.change(
      "server", ConfigurationEdit{Kind::kSet, "", parse(R"({"cors":{"origin":"x"}})")}
  ));
  ASSERT_FALSE(other) << "the unfinished change would undo it";
  EXPECT_EQ(other.error().code, Errc::kConflict);
  EXPECT_NE(other.error().message.find("of 1300 rows are indexed"), std::string::npos)
      << other.error().message;
  auto resume = [&]() -> Task<bool> {
    co_await second.configuration.resume();
    co_return true;
  };
  ASSERT_TRUE(run(resume()));
  EXPECT_TRUE(
      second.configuration.view(false).at("data").at("indices").as_object().contains("by_text")
  );
  EXPECT_EQ(second.configuration.last_outcome().number, 1U);
  EXPECT_FALSE(second.configuration.last_outcome().error);
  EXPECT_EQ(second.data.published, 2);

  database::Database third_database({engine_, lane_}, kApplication, clock_);
  Started third(third_database, box_);
  ASSERT_TRUE(run(third.configuration.load()).value());
  EXPECT_EQ(third.configuration.view(true), second.configuration.view(true));
}

TEST_F(ConfigurationApplyTest, TellsWhyAResumedChangeIsNotInForce) {
  make_notes(1);  // the second t0 comes with the others
  begin_and_end(
      R"({"data":{"entities":{"notes":{"fields":{"text":{"type":"text"}}}},
        "indices":{"one_text":{"entity":"notes","fields":["text"],"unique":true}}}})"
  );
  database::Database database({engine_, lane_}, kApplication, clock_);
  Started second(database, box_);
  ASSERT_TRUE(run(second.configuration.load()).value());
  auto resume = [&]() -> Task<bool> {
    co_await second.configuration.resume();
    co_return true;
  };
  ASSERT_TRUE(run(resume()));
  ASSERT_TRUE(second.configuration.last_outcome().error);
  EXPECT_NE(
      second.configuration.last_outcome().error->message.find("cannot be unique"), std::string::npos
  );
  EXPECT_TRUE(second.configuration.require_idle());
}

TEST(DifferingSettings, AreThoseThatNoPlanOfTheSchemaNames) {
  struct {
    std::string_view before, after;
    std::vector<std::string> expected;
  } const cases[] = {
      {R"({"auth":{"a":1,"b":{"c":2}}})", R"({"auth":{"a":1,"b":{"c":3}}})", {"auth.b.c"}},
      {R"({"auth":{"a":1}})", R"({"auth":{}})", {"auth.a"}},
      {R"({"data":{"basepath":"/a"}})", R"({"data":{"basepath":"/b"}})", {"data.basepath"}},
      {R"({"data":{"entities":{"x":{"fields":{"a":{}}}}}})",
       R"({"data":{"entities":{"x":{"fields":{"b":{}}}}}})",
       {}},
      {R"({"data":{"entities":{"x":{"config":{"sort_dir":"asc"}}}}})",
       R"({"data":{"entities":{"x":{"config":{"sort_dir":"desc"}}}}})",
       {"data.entities.x.config.sort_dir"}},
      {R"({"data":{"entities":{}}})", R"({"data":{"entities":{"x":{}}}})", {}},
      {R"({"data":{"indices":{"i":{}}}})", R"({"data":{"relations":{"r":{}}}})", {}},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(
        differing_settings(
            testing_support::parse_object(one.before), testing_support::parse_object(one.after)
        ),
        one.expected
    ) << one.before;
  }
}

}  // namespace
}  // namespace noded::system
