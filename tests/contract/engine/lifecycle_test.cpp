#include "contract/engine/engine_contract.hpp"

namespace noded::test {
namespace {

class EngineLifecycle : public EngineContract {};

TEST_P(EngineLifecycle, RefusesWorkOnceClosed) {
  auto transaction = begin(engine());
  transaction->put("a", "1");
  store(engine(), {{"b", "1"}});
  engine().close();
  EXPECT_EQ(engine().begin({}).error().code, Errc::kUnavailable);
  EXPECT_EQ(commit(engine(), std::move(transaction)).error().code, Errc::kUnavailable);
  EXPECT_FALSE(engine().health().writable);
  EXPECT_FALSE(engine().health().reason.empty());
  EXPECT_EQ(engine().last_commit(), 1u);
}

TEST_P(EngineLifecycle, LetsTransactionsReadOnThatOutliveIt) {
  store(engine(), {{"a", "1"}, {"b", "2"}});
  auto transaction = begin(engine());
  const auto cursor = transaction->scan({}, Direction::kForward);
  ASSERT_TRUE(cursor->next());
  engine().close();
  engine_.reset();
  EXPECT_EQ(see(*transaction, "a"), "1");
  EXPECT_TRUE(cursor->next());
  EXPECT_EQ(cursor->key(), "b");
  EXPECT_EQ(transaction->allocate("id", 1).error().code, Errc::kUnavailable);
}

TEST_P(EngineLifecycle, IsClosedByItsDestructor) {
  store(engine(), {{"a", "1"}});
  engine_.reset();
  engine_ = storage::open_engine(settings_).value();
  EXPECT_EQ(stored(engine(), "a"), keeps_over_reopening() ? "1" : "-");
}

TEST_P(EngineLifecycle, TellsItsHealth) {
  store(engine(), {{"a", std::string(100'000, 'x')}});
  const auto health = engine().health();
  EXPECT_TRUE(health.writable);
  EXPECT_EQ(health.reason, "");
  EXPECT_EQ(health.durability, keeps_over_reopening() ? "synced" : "none");
  EXPECT_EQ(health.free_bytes > 0, keeps_over_reopening());
}

NODED_OVER_EVERY_ENGINE(EngineLifecycle);

}  // namespace
}  // namespace noded::test
