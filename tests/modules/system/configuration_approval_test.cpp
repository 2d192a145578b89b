// Changes that a module refuses once it sees the store, and stored configurations that cannot be
// put in force.
#include "noded/role.hpp"

#include "modules/system/configuration_fixture.hpp"

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace noded::system {
namespace {

constexpr std::string_view kIndex = R"({"by_text":{"entity":"notes","fields":["text"]}})";

TEST_F(ConfigurationTest, ChangesNothingThatAModuleDoesNotApprove) {
  const std::string before = stored("configuration");
  const int published = first_.data.published;
  first_.data.approves = false;
  for (const auto& [module, path, value] :
       {std::tuple("server", "cors.origin", R"("https://a.example")"),
        std::tuple("data", "indices", kIndex.data()),
        std::tuple("data", "entities.notes.config", R"({"name":"Notes"})")}) {
    const auto changed = change(Kind::kPatch, module, path, value);
    ASSERT_FALSE(changed) << module << "." << path;
    EXPECT_EQ(changed.error().code, Errc::kConflict);
    EXPECT_EQ(changed.error().message, "data: not now");
  }
  const auto applied = run(first_.configuration.apply(parse_object(R"({"server":{}})")));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "data: not now");
  const auto proposal = first_.configuration.propose(parse_object(kNotes));
  EXPECT_TRUE(proposal.obstacles.empty());
  EXPECT_FALSE(run(first_.configuration.require_approval(proposal.prepared)));
  EXPECT_EQ(stored("configuration"), before);
  EXPECT_EQ(first_.data.published, published);
  first_.data.approves = true;
  EXPECT_TRUE(change(Kind::kPatch, "data", "indices", kIndex));
}

TEST_F(ConfigurationTest, ChangesNothingThatTheCheckOfAChangeRefuses) {
  const std::string before = stored("configuration");
  const auto with_check = [&](std::string module, std::string path, std::string_view value) {
    return run(first_.configuration.change(
        std::move(module),
        ConfigurationEdit{Kind::kPatch, std::move(path), parse(value)},
        {},
        [](Transaction&) -> Result<> { return fail(Errc::kConflict, "in use"); }
    ));
  };
  EXPECT_FALSE(with_check("server", "cors.origin", R"("https://a.example")"));
  EXPECT_FALSE(with_check("data", "indices", kIndex));
  EXPECT_EQ(stored("configuration"), before);
}

TEST_F(ConfigurationTest, IsMendedWhereWhatIsStoredCannotBePutInForce) {
  const auto store = [](Transaction& transaction) -> Result<> {
    const std::string key = database::keys::meta(kApplication, "configuration");
    std::string text;
    if (auto found = transaction.get(key, text); !found) return std::unexpected(found.error());
    text.replace(text.find("\"notes\""), 7, "\"refused\"");
    transaction.put(key, text);
    return {};
  };
  ASSERT_TRUE(run(database::transact(database_.store(), SteadyTime::max(), store)));
  database::Database database({engine_, lane_}, kApplication, clock_);
  Started second(database, box_);
  const auto loaded = run(second.configuration.load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::kInvalid);
  EXPECT_EQ(loaded.error().type, kStoredConfigurationRefused);
  EXPECT_EQ(
      loaded.error().message, "the stored configuration cannot be put in force: data: not this one"
  );
  ASSERT_TRUE(run(second.configuration.load_to_mend()));
  EXPECT_EQ(second.data.published, 0);
  EXPECT_TRUE(
      second.configuration.view("data", false).at("entities").as_object().contains("refused")
  );
  EXPECT_FALSE(run(second.configuration.apply(second.configuration.view(false))));
  EXPECT_EQ(second.data.published, 0);
  const auto mended = run(second.configuration.apply(parse_object(kNotes)));
  ASSERT_TRUE(mended) << mended.error().message;
  EXPECT_EQ(second.data.published, 1);
  database::Database again({engine_, lane_}, kApplication, clock_);
  Started third(again, box_);
  EXPECT_TRUE(run(third.configuration.load()).value());
}

}  // namespace
}  // namespace noded::system
