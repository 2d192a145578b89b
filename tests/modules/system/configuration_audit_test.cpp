// What the audit chain tells of changes of the configuration.
#include "modules/system/configuration_fixture.hpp"
#include "repository/audit/audit_chain.hpp"

#include <string>
#include <vector>

namespace noded::system {
namespace {

class ConfigurationAuditTest : public ConfigurationTest {
 protected:
  std::vector<audit::Entry> entries() {
    auto body = [this](Transaction& transaction) {
      return chain_.list(transaction, {});
    };
    return run(database::read(database_.store(), SteadyTime::max(), body)).value().entries;
  }
  audit::Verdict verify() { return run(chain_.verify(database_.store())).value(); }

  const audit::Actor ann_{"user 1", "192.0.2.1", "request-1"};
  const audit::AuditChain chain_{kApplication, clock_};
};

TEST_F(ConfigurationAuditTest, TellsWhoChangedWhatAndNoSecret) {
  ConfigurationEdit edit{Kind::kPatch, "adapter", parse(kStorage)};
  ASSERT_TRUE(run(first_.configuration.change("media", std::move(edit), ann_)));
  const auto told = entries();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].act.action, "configuration.begin");
  EXPECT_EQ(told[1].act.actor, "node");
  EXPECT_EQ(told[0].act.actor, "user 1");
  EXPECT_EQ(told[0].act.actor_ip, "192.0.2.1");
  EXPECT_EQ(told[0].act.request_id, "request-1");
  EXPECT_EQ(told[0].act.target, "configuration media");
  EXPECT_EQ(told[0].act.details, R"({"changed":["media.adapter"]})");
  EXPECT_TRUE(verify().is_whole);
}

TEST_F(ConfigurationAuditTest, TellsNothingOfWhatWasRefused) {
  ConfigurationEdit edit{Kind::kPatch, "entities.refused", parse(R"({"fields":{}})")};
  ASSERT_FALSE(run(first_.configuration.change("data", std::move(edit), ann_)));
  EXPECT_EQ(entries().size(), 1U);
}

TEST_F(ConfigurationAuditTest, TellsWhoBeganAChangeThatOutlivedTheProcess) {
  for (int i = 0; i < 1300; ++i)
    ASSERT_TRUE(create("notes", R"({"text":"t)" + std::to_string(i) + R"("})"));
  spawn(io_.get_executor(), "apply", [this]() -> Task<> {
    (void)co_await first_.configuration.apply(
        parse_object(
            R"({"data":{"entities":{"notes":{"fields":{"text":{"type":"text"}}}},
        "indices":{"by_text":{"entity":"notes","fields":["text"]}}}})"
        ),
        ann_
    );
  });
  io_.restart();
  while (!database_.change_status())
    io_.run_one();
  auto stop = [this]() -> Task<bool> {
    co_await first_.configuration.stop();
    co_return true;
  };
  ASSERT_TRUE(run(stop()));
  EXPECT_EQ(entries().size(), 1U) << "it is not in force yet";

  database::Database database({engine_, lane_}, kApplication, clock_);
  Started second(database, box_);
  ASSERT_TRUE(run(second.configuration.load()).value());
  auto resume = [&]() -> Task<bool> {
    co_await second.configuration.resume();
    co_return true;
  };
  ASSERT_TRUE(run(resume()));
  const auto told = entries();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].act.action, "configuration.apply");
  EXPECT_EQ(told[0].act.actor, "user 1");
  EXPECT_EQ(told[0].act.details, R"({"changed":["data.indices.by_text"]})");
}

}  // namespace
}  // namespace noded::system
