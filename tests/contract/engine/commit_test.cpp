#include "contract/engine/engine_contract.hpp"

#include <boost/asio/io_context.hpp>

#include <stdexcept>
#include <thread>

namespace noded::test {
namespace {

class EngineCommit : public EngineContract {
 protected:
  // Commits a transaction that did `before`, after another that did `meanwhile` committed.
  template <class Before, class Meanwhile>
  Result<Sequence> after(Before before, Meanwhile meanwhile) {
    auto transaction = begin(engine());
    before(*transaction);
    auto other = begin(engine());
    meanwhile(*other);
    EXPECT_TRUE(commit(engine(), std::move(other)).has_value());
    return commit(engine(), std::move(transaction));
  }
  static bool is_conflict(const Result<Sequence>& outcome) {
    return !outcome.has_value() && outcome.error().code == Errc::kConflict;
  }
};

void read(Transaction& transaction, std::string_view key) {
  std::string value;
  ASSERT_TRUE(transaction.get(key, value).has_value());
}

TEST_P(EngineCommit, CountsSequencesFromOne) {
  EXPECT_EQ(engine().last_commit(), 0u);
  EXPECT_EQ(store(engine(), {{"a", "1"}}), 1u);
  EXPECT_EQ(store(engine(), {{"b", "1"}}), 2u);
  EXPECT_EQ(engine().last_commit(), 2u);
  EXPECT_EQ(begin(engine())->snapshot(), 2u);
}

TEST_P(EngineCommit, AnswersZeroWhenThereIsNothingToWrite) {
  store(engine(), {{"a", "1"}});
  auto transaction = begin(engine());
  read(*transaction, "a");
  transaction->observe("token");
  EXPECT_FALSE(transaction->has_writes());
  store(engine(), {{"a", "2"}});
  EXPECT_EQ(commit(engine(), std::move(transaction)).value(), 0u);
  EXPECT_EQ(engine().last_commit(), 2u);
}

TEST_P(EngineCommit, KnowsWhatIsAWrite) {
  const auto has_writes = [this](auto act) {
    auto transaction = begin(engine());
    act(*transaction);
    return transaction->has_writes();
  };
  EXPECT_TRUE(has_writes([](Transaction& t) { t.put("a", ""); }));
  EXPECT_TRUE(has_writes([](Transaction& t) { t.erase("a"); }));
  EXPECT_TRUE(has_writes([](Transaction& t) { t.add("n", 1); }));
  EXPECT_TRUE(has_writes([](Transaction& t) { EXPECT_TRUE(t.allocate("n", 1)); }));
  EXPECT_TRUE(has_writes([](Transaction& t) { t.append("f", ""); }));
  EXPECT_TRUE(has_writes([](Transaction& t) { t.announce("token"); }));
  EXPECT_FALSE(has_writes([](Transaction& t) { EXPECT_TRUE(t.read_counter("n")); }));
}

TEST_P(EngineCommit, RefusesATransactionWhoseReadWasOverwritten) {
  store(engine(), {{"a", "1"}});
  EXPECT_TRUE(is_conflict(after(
      [](Transaction& t) { read(t, "a"), t.put("b", "from a"); },
      [](Transaction& t) { t.put("a", "2"); }
  )));
  EXPECT_EQ(stored(engine(), "b"), "-");
}

TEST_P(EngineCommit, RefusesATransactionWhoseMissingKeyWasCreated) {
  EXPECT_TRUE(is_conflict(after(
      [](Transaction& t) { read(t, "a"), t.put("b", "1"); }, [](Transaction& t) { t.put("a", "2"); }
  )));
}

TEST_P(EngineCommit, RefusesATransactionWhoseReadWasErased) {
  store(engine(), {{"a", "1"}});
  EXPECT_TRUE(is_conflict(after(
      [](Transaction& t) { read(t, "a"), t.put("b", "1"); }, [](Transaction& t) { t.erase("a"); }
  )));
}

TEST_P(EngineCommit, RefusesTheSecondWriterOfAKey) {
  EXPECT_TRUE(is_conflict(after(
      [](Transaction& t) { t.put("a", "loser"); }, [](Transaction& t) { t.put("a", "winner"); }
  )));
  EXPECT_EQ(stored(engine(), "a"), "winner");
  EXPECT_TRUE(is_conflict(
      after([](Transaction& t) { t.erase("a"); }, [](Transaction& t) { t.put("a", "again"); })
  ));
  EXPECT_EQ(stored(engine(), "a"), "again");
}

TEST_P(EngineCommit, DoesNotMindChangesOfWhatWasOnlyPeekedAtOrScanned) {
  store(engine(), {{"a", "1"}});
  const auto outcome = after(
      [](Transaction& t) {
        see(t, "a");
        scan(t);
        t.put("b", "1");
      },
      [](Transaction& t) { t.put("a", "2"); }
  );
  EXPECT_TRUE(outcome.has_value());
}

TEST_P(EngineCommit, DoesNotMindWritesOfOtherKeys) {
  EXPECT_TRUE(after(
      [](Transaction& t) { read(t, "a"), t.put("b", "1"); }, [](Transaction& t) { t.put("c", "1"); }
  ));
}

TEST_P(EngineCommit, DoesNotMindWritesFromBeforeItsSnapshot) {
  store(engine(), {{"a", "1"}});
  auto transaction = begin(engine());
  read(*transaction, "a");
  transaction->put("a", "2");
  EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
}

TEST_P(EngineCommit, RefusesAnObserverOfATokenAnnouncedMeanwhile) {
  EXPECT_TRUE(is_conflict(after(
      [](Transaction& t) { t.observe("token"), t.put("a", "1"); },
      [](Transaction& t) { t.announce("token"); }
  )));
}

TEST_P(EngineCommit, LetsObserversOfATokenPassEachOther) {
  EXPECT_TRUE(after(
      [](Transaction& t) { t.observe("token"), t.put("a", "1"); },
      [](Transaction& t) { t.observe("token"), t.put("b", "1"); }
  ));
}

TEST_P(EngineCommit, LetsAnnouncersOfATokenPassEachOther) {
  EXPECT_TRUE(after(
      [](Transaction& t) { t.announce("token"), t.put("a", "1"); },
      [](Transaction& t) { t.announce("token"), t.put("b", "1"); }
  ));
}

TEST_P(EngineCommit, KeepsTokensApartFromKeysAndStoresNoneOfThem) {
  EXPECT_TRUE(after(
      [](Transaction& t) { read(t, "token"), t.put("a", "1"); },
      [](Transaction& t) { t.announce("token"); }
  ));
  EXPECT_TRUE(after(
      [](Transaction& t) { t.observe("key"), t.put("a", "1"); },
      [](Transaction& t) { t.put("key", "1"); }
  ));
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"a", "1"}, {"key", "1"}}));
}

TEST_P(EngineCommit, LetsATransactionObserveAndAnnounceTheSameToken) {
  auto transaction = begin(engine());
  transaction->observe("token");
  transaction->announce("token");
  EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
}

TEST_P(EngineCommit, AppendsUnderPrefixSequenceAndPosition) {
  using std::string_literals::operator""s;
  store(engine(), {{"other", ""}});
  auto transaction = begin(engine());
  transaction->append("f", "first");
  transaction->append("g", "second");
  transaction->append("f", "third");
  EXPECT_EQ(commit(engine(), std::move(transaction)).value(), 2u);
  auto next = begin(engine());
  next->append("f", "fourth");
  EXPECT_EQ(commit(engine(), std::move(next)).value(), 3u);
  const Pairs expected{
      {"f\0\0\0\0\0\0\0\x02\0\0\0\0"s, "first"},
      {"f\0\0\0\0\0\0\0\x02\0\0\0\x02"s, "third"},
      {"f\0\0\0\0\0\0\0\x03\0\0\0\0"s, "fourth"}
  };
  EXPECT_EQ(scan(*begin(engine()), prefix_range("f")), expected);
  EXPECT_EQ(stored(engine(), "g\0\0\0\0\0\0\0\x02\0\0\0\x01"s), "second");
}

TEST_P(EngineCommit, StoresTheLastOfSeveralWritesOfOneKey) {
  auto transaction = begin(engine());
  transaction->put("a", "1");
  transaction->erase("a");
  transaction->put("a", "2");
  transaction->put("b", "1");
  transaction->erase("b");
  EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"a", "2"}}));
}

TEST_P(EngineCommit, RefusesMoreThanATransactionMayWrite) {
  engine_->close();
  engine_.reset();
  settings_.max_transaction_bytes = 1 << 20;
  engine_ = storage::open_engine(settings_).value();
  auto transaction = begin(engine());
  transaction->put("a", std::string(2 << 20, 'x'));
  EXPECT_EQ(commit(engine(), std::move(transaction)).error().code, Errc::kTooLarge);
  EXPECT_EQ(stored(engine(), "a"), "-");
}

TEST_P(EngineCommit, RefusesTransactionsOfAnotherEngine) {
  storage::StorageSettings settings;
  settings.engine = "memory";
  const auto other = storage::open_engine(settings).value();
  auto transaction = begin(*other);
  transaction->put("a", "1");
  EXPECT_THROW(commit(engine(), std::move(transaction)), std::logic_error);
}

TEST_P(EngineCommit, ResumesTheCallerOnItsOwnExecutor) {
  net::io_context loop(1);
  std::thread::id resumed;
  spawn(loop.get_executor(), "test", [&]() -> Task<> {
    auto transaction = begin(engine());
    transaction->put("a", "1");
    const auto committed = co_await engine().commit(std::move(transaction));
    EXPECT_TRUE(committed.has_value());
    resumed = std::this_thread::get_id();
  });
  loop.run();
  EXPECT_EQ(resumed, std::this_thread::get_id());
}

NODED_OVER_EVERY_ENGINE(EngineCommit);

}  // namespace
}  // namespace noded::test
