// The stored secrets of a configuration: sealed whatever way they came into the store.
#include "modules/system/configuration_fixture.hpp"
#include "modules/system/secrets_controller.hpp"
#include "repository/database/sealed_records.hpp"

#include <memory>
#include <string>

namespace noded::system {
namespace {

using testing_support::SealingBox;

class ConfigurationSecretsTest : public ConfigurationTest {
 protected:
  ConfigurationSecretsTest() { EXPECT_TRUE(change(Kind::kPatch, "media", "adapter", kStorage)); }

  void put(std::string_view name, const std::string& text) {
    auto body = [&](Transaction& transaction) -> Result<> {
      transaction.put(database::keys::meta(kApplication, name), text);
      return {};
    };
    ASSERT_TRUE(run(database::transact(database_.store(), SteadyTime::max(), body)));
  }
  // As a version before secrets were sealed stored them.
  std::string store_readable(std::string_view name) {
    const database::SealedRecords sealed(box_, kApplication);
    const std::string readable = sealed.open_configuration(stored("secrets")).value();
    put(name, readable);
    return readable;
  }
  json::value secret_of(const Configuration& configuration) const {
    return configuration.view("media", true).at("adapter").at("config").at("secret_access_key");
  }
};

TEST_F(ConfigurationSecretsTest, OfAFormerVersionAreSealedAtTheNextStart) {
  ASSERT_NE(store_readable("secrets").find("hush"), std::string::npos);
  Started second(database_, box_);
  ASSERT_TRUE(run(second.configuration.load()).value());
  EXPECT_EQ(secret_of(second.configuration), "hush");
  EXPECT_TRUE(box_.key_of(stored("secrets")));
}

TEST_F(ConfigurationSecretsTest, UnderAnOlderKeyAreSealedAnewAtTheNextStart) {
  ASSERT_TRUE(box_.add_key());
  Started second(database_, box_);
  ASSERT_TRUE(run(second.configuration.load()).value());
  EXPECT_EQ(box_.key_of(stored("secrets")), box_.keys().back());
  EXPECT_EQ(secret_of(second.configuration), "hush");
}

TEST_F(ConfigurationSecretsTest, WhoseKeyIsMissingKeepTheNodeFromStarting) {
  SealingBox another;
  ASSERT_TRUE(another.add_key());
  ASSERT_TRUE(another.add_key());
  ASSERT_TRUE(another.forget_keys(box_.keys()));
  const std::string before = stored("secrets");
  Started second(database_, another);
  const auto loaded = run(second.configuration.load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::kNotFound);
  EXPECT_EQ(stored("secrets"), before);
}

TEST_F(ConfigurationSecretsTest, MovedToAnotherApplicationDoNotOpen) {
  const database::SealedRecords elsewhere(box_, kApplication + 1);
  EXPECT_EQ(elsewhere.open_configuration(stored("secrets")).error().code, Errc::kInvalid);
}

TEST_F(ConfigurationSecretsTest, OfAnUnfinishedChangeAreSealedTooBeforeItGoesOn) {
  for (int i = 0; i < 1300; ++i)
    ASSERT_TRUE(create("notes", R"({"text":"t)" + std::to_string(i) + R"("})"));
  spawn(io_.get_executor(), "apply", [this]() -> Task<> {
    (void)co_await first_.configuration.apply(parse_object(
        R"({"data":{"entities":{"notes":{"fields":{"text":{"type":"text"}}}},
        "indices":{"by_text":{"entity":"notes","fields":["text"]}}}})"
    ));
  });
  io_.restart();
  while (!database_.change_status())
    io_.run_one();
  auto stop = [this]() -> Task<bool> {
    co_await first_.configuration.stop();
    co_return true;
  };
  ASSERT_TRUE(run(stop()));
  ASSERT_FALSE(stored("next secrets").empty());
  store_readable("next secrets");

  database::Database database({engine_, lane_}, kApplication, clock_);
  Started second(database, box_);
  ASSERT_TRUE(run(second.configuration.load()).value());
  EXPECT_TRUE(box_.key_of(stored("next secrets")));
  auto resume = [&]() -> Task<bool> {
    co_await second.configuration.resume();
    co_return true;
  };
  ASSERT_TRUE(run(resume()));
  EXPECT_TRUE(box_.key_of(stored("secrets")));
  EXPECT_EQ(secret_of(second.configuration), "hush");
}

class SecretsRoutesTest : public ConfigurationSecretsTest {
 protected:
  class Body final : public http::BodyReader {
   public:
    explicit Body(std::string_view text) : text_(text) {}
    Task<Result<std::string_view>> read() override {
      co_return std::exchange(text_, std::string_view());
    }
    std::optional<std::uint64_t> declared_size() const override { return text_.size(); }

   private:
    std::string_view text_;
  };
  http::Response ask(
      std::size_t route,
      std::string_view text = {},
      Identity::Kind kind = Identity::Kind::kLocalOperator
  ) {
    const auto routes = controller_.routes();
    Body body(text);
    http::Request request;
    request.body = &body;
    auto identity = std::make_shared<Identity>();
    identity->kind = kind;
    request.identity = identity;
    return run(routes.at(route).handler(request));
  }
  json::value told() { return parse(ask(0).body); }

  SilentLog log_;
  SecretsController controller_{first_.configuration, database_, box_, log_};
};

TEST_F(SecretsRoutesTest, AreForTheLocalOperatorAlone) {
  for (const auto kind : {Identity::Kind::kAnonymous, Identity::Kind::kUser}) {
    EXPECT_EQ(ask(0, {}, kind).status, 404);
    EXPECT_EQ(ask(1, {}, kind).status, 404);
  }
  EXPECT_EQ(box_.keys().size(), 1U);
}

TEST_F(SecretsRoutesTest, RotateSealsAnewAndRemovesWhatNothingNeeds) {
  const auto answer = ask(1);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(
      parse(answer.body),
      parse(
          R"({"key_file":"memory","keys":[{"id":"00000002","records":1,"seals":true}],"records":1,)"
          R"("unsealed":0,"outdated":0,"missing":0,"sealed":1,"removed":["00000001"]})"
      )
  );
  Started second(database_, box_);
  ASSERT_TRUE(run(second.configuration.load()).value());
  EXPECT_EQ(secret_of(second.configuration), "hush");
}

TEST_F(SecretsRoutesTest, RotateKeepsTheOldKeyIfItShall) {
  EXPECT_EQ(ask(1, R"({"keep_old":true})").status, 200);
  EXPECT_EQ(box_.keys().size(), 2U);
  EXPECT_EQ(told().at("outdated"), 0);
}

TEST_F(SecretsRoutesTest, RotateEndsARotationThatWasCutOffAfterAnyStep) {
  ASSERT_TRUE(box_.add_key());  // cut off before anything was sealed
  EXPECT_EQ(told().at("outdated"), 1);
  EXPECT_EQ(ask(1).status, 200);
  EXPECT_EQ(box_.keys().size(), 1U);
  ASSERT_TRUE(box_.add_key());  // cut off before the old key was removed
  const database::SealedRecords sealed(box_, kApplication);
  ASSERT_TRUE(run(sealed.reseal_all(database_.store())));
  EXPECT_EQ(ask(1).status, 200);
  EXPECT_EQ(box_.keys().size(), 1U);
  EXPECT_EQ(told().at("missing"), 0);
  ASSERT_TRUE(change(Kind::kPatch, "media", "adapter", kStorage));
}

TEST_F(SecretsRoutesTest, RotateRefusesABodyThatIsNotUnderstood) {
  for (const std::string_view body : {"{", "[]", R"({"keep_old":1})", R"({"keep":true})"})
    EXPECT_EQ(ask(1, body).status, 400) << body;
  EXPECT_EQ(box_.keys().size(), 1U);
}

}  // namespace
}  // namespace noded::system
