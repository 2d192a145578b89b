// What the contract suite cannot force: which commits share a group, and writes that fail.
#include "noded/clock.hpp"

#include "storage/gated_backend.hpp"
#include "storage/number.hpp"
#include "storage/store.hpp"
#include "support/engine_access.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

namespace noded::storage {
namespace {

using test::begin;
using test::commit;
using test::store;
using test::stored;

class ManualClock final : public Clock {
 public:
  WallTime wall() const override { return {}; }
  SteadyTime steady() const override {
    return SteadyTime(std::chrono::milliseconds(milliseconds_.load()));
  }
  void advance(std::chrono::milliseconds by) { milliseconds_ += by.count(); }

 private:
  std::atomic<std::int64_t> milliseconds_{1};
};

class CommitterTest : public testing::Test {
 protected:
  void open() {
    store_.reset();
    store_ = std::make_unique<Store>(
        std::make_unique<GatedBackend>(gate_),
        settings_,
        64u << 20,
        nullptr,
        clock_,
        [this](std::string_view) { ++fatal_; }
    );
  }
  void SetUp() override { open(); }

  using Act = std::function<void(Transaction&)>;

  // Commits a first transaction and holds its write at the gate; begins the others before it is
  // written and lets their commits gather into the next group. Outcomes are those of the others.
  std::vector<Result<Sequence>> commit_together(const std::vector<Act>& acts) {
    net::io_context loop(1);
    std::vector<Result<Sequence>> outcomes(acts.size());
    std::vector<std::unique_ptr<Transaction>> transactions;
    for (const Act& act : acts) {
      transactions.push_back(begin(*store_));
      act(*transactions.back());
    }
    const std::size_t written = gate_->batches().size();
    gate_->close();
    spawn(loop.get_executor(), "first", [&]() -> Task<> {
      auto first = begin(*store_);
      first->append("first", "");
      EXPECT_TRUE((co_await store_->commit(std::move(first))).has_value());
    });
    loop.run_one();
    gate_->wait_for_writes(written + 1);
    for (std::size_t i = 0; i < acts.size(); ++i) {
      spawn(loop.get_executor(), "other", [&, i]() -> Task<> {
        outcomes[i] = co_await store_->commit(std::move(transactions[i]));
      });
    }
    for (std::size_t i = 0; i < acts.size(); ++i)
      loop.run_one();
    gate_->open();
    loop.run();
    return outcomes;
  }
  static Act put(std::string key, std::string value) {
    return [=](Transaction& transaction) {
      transaction.put(key, value);
    };
  }

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  CommitterSettings settings_;
  ManualClock clock_;
  std::atomic<int> fatal_{0};
  std::unique_ptr<Store> store_;
};

TEST_F(CommitterTest, WritesAllThatWaitsAsOneBatch) {
  const auto outcomes = commit_together({put("a", "1"), put("b", "1"), put("c", "1")});
  EXPECT_EQ(gate_->batches(), (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(outcomes[0].value(), 2u);
  EXPECT_EQ(outcomes[1].value(), 3u);
  EXPECT_EQ(outcomes[2].value(), 4u);
  EXPECT_EQ(store_->last_commit(), 4u);
}

TEST_F(CommitterTest, LetsTheFirstOfAGroupWin) {
  const auto outcomes = commit_together({put("a", "first"), put("a", "second"), put("b", "other")});
  EXPECT_TRUE(outcomes[0].has_value());
  EXPECT_EQ(outcomes[1].error().code, Errc::kConflict);
  EXPECT_TRUE(outcomes[2].has_value());
  EXPECT_EQ(stored(*store_, "a"), "first");
}

TEST_F(CommitterTest, SeesTokensAnnouncedInTheSameGroup) {
  const auto outcomes = commit_together(
      {[](Transaction& t) { t.announce("token"); },
       [](Transaction& t) {
         t.observe("token"), t.put("a", "1");
       }}
  );
  EXPECT_TRUE(outcomes[0].has_value());
  EXPECT_EQ(outcomes[1].error().code, Errc::kConflict);
}

TEST_F(CommitterTest, WritesACounterOnceForAGroup) {
  const auto add = [](Transaction& t) {
    t.add("n", 2);
  };
  commit_together({add, add, add});
  EXPECT_EQ(gate_->batches().back(), 1u);
  EXPECT_EQ(begin(*store_)->read_counter("n").value(), 6);
}

TEST_F(CommitterTest, CountsOnFromWhatAnEarlierOfTheGroupPut) {
  const auto ten = encode_number(10);
  const auto add = [](Transaction& t) {
    t.add("n", 1);
  };
  const auto outcomes = commit_together({put("n", std::string(ten.data(), ten.size())), add, add});
  for (const auto& outcome : outcomes)
    EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(gate_->batches().back(), 1u);
  EXPECT_EQ(begin(*store_)->read_counter("n").value(), 12);
}

TEST_F(CommitterTest, CountsFromZeroAfterAnEarlierOfTheGroupErased) {
  auto transaction = begin(*store_);
  transaction->add("n", 5);
  ASSERT_TRUE(commit(*store_, std::move(transaction)));
  commit_together(
      {[](Transaction& t) { t.erase("n"); },
       [](Transaction& t) {
         t.add("n", 1);
       }}
  );
  EXPECT_EQ(begin(*store_)->read_counter("n").value(), 1);
}

TEST_F(CommitterTest, RefusesToPutWhatAnEarlierOfTheGroupCounted) {
  const auto outcomes = commit_together({[](Transaction& t) { t.add("n", 1); }, put("n", "text")});
  EXPECT_EQ(outcomes[1].error().code, Errc::kConflict);
}

TEST_F(CommitterTest, SplitsAGroupThatIsTooLarge) {
  settings_.group_bytes = 1000;
  open();
  const std::string large(600, 'x');
  const auto outcomes =
      commit_together({put("a", large), put("b", large), put("c", large), put("a", "loser")});
  EXPECT_EQ(gate_->batches(), (std::vector<std::size_t>{1, 2, 1}));
  EXPECT_EQ(outcomes[3].error().code, Errc::kConflict);
}

TEST_F(CommitterTest, RefusesTransactionsOlderThanItsMemory) {
  settings_.window_keys = 1;
  open();
  auto old = begin(*store_);
  old->put("untouched", "1");
  auto large = begin(*store_);
  large->put("a", "1");
  large->put("b", "1");
  EXPECT_TRUE(commit(*store_, std::move(large)));
  EXPECT_EQ(commit(*store_, std::move(old)).error().code, Errc::kConflict);
  store(*store_, {{"untouched", "2"}});
}

TEST_F(CommitterTest, RefusesMoreThanMayWait) {
  settings_.max_waiting = 2;
  open();
  const auto outcomes = commit_together({put("a", "1"), put("b", "1"), put("c", "1")});
  EXPECT_TRUE(outcomes[0].has_value());
  EXPECT_TRUE(outcomes[1].has_value());
  EXPECT_EQ(outcomes[2].error().code, Errc::kOverloaded);
  EXPECT_EQ(stored(*store_, "c"), "-");
}

TEST_F(CommitterTest, RefusesCommitsBelowTheReserveAndRecoversByItself) {
  settings_.reserve_bytes = 1000;
  gate_->set_free(999);
  open();
  auto transaction = begin(*store_);
  transaction->put("a", "1");
  const auto refused = commit(*store_, std::move(transaction));
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_NE(refused.error().message.find("storage.reserve"), std::string::npos);
  EXPECT_FALSE(store_->health().writable);
  EXPECT_EQ(store_->health().reason, refused.error().message);
  EXPECT_EQ(store_->health().free_bytes, 999u);
  EXPECT_EQ(stored(*store_, "a"), "-");
  gate_->set_free(1000);
  clock_.advance(SpaceWatch::kInterval);
  store(*store_, {{"a", "2"}});
  EXPECT_TRUE(store_->health().writable);
}

TEST_F(CommitterTest, LooksAtTheDiskWhenMuchWasWritten) {
  settings_.reserve_bytes = 8000;
  open();
  store(*store_, {{"a", std::string(2000, 'x')}});
  gate_->set_free(0);  // within the interval
  auto transaction = begin(*store_);
  transaction->put("b", "1");
  EXPECT_EQ(commit(*store_, std::move(transaction)).error().code, Errc::kUnavailable);
}

TEST_F(CommitterTest, LearnsOfFreedSpaceFromQuestionsAboutItsHealth) {
  settings_.reserve_bytes = 1000;
  gate_->set_free(1);
  open();
  EXPECT_FALSE(store_->health().writable);
  gate_->set_free(5000);
  while (!store_->health().writable) {  // the committer looks on its own thread
    clock_.advance(SpaceWatch::kInterval);
    std::this_thread::yield();
  }
  EXPECT_EQ(store_->health().free_bytes, 5000u);
}

TEST_F(CommitterTest, EndsTheNodeOnceThereIsRoomAfterAFullDisk) {
  settings_.room_bytes = 1000;
  open();
  gate_->set_free(999);
  gate_->fail_next(WriteFault::Kind::kNoSpace);
  const auto refusal = [this] {
    auto transaction = begin(*store_);
    transaction->put("a", "1");
    transaction->add("n", 1);
    return commit(*store_, std::move(transaction)).error();
  };
  EXPECT_EQ(refusal().code, Errc::kUnavailable);
  clock_.advance(SpaceWatch::kInterval);
  EXPECT_NE(refusal().message.find("full"), std::string::npos);
  EXPECT_EQ(stored(*store_, "a"), "-");
  EXPECT_EQ(fatal_, 0);
  gate_->set_free(1000);
  for (int i = 0; i < 2; ++i) {
    clock_.advance(SpaceWatch::kInterval);
    EXPECT_NE(refusal().message.find("starts anew"), std::string::npos);
    EXPECT_EQ(fatal_, 1);
  }
}

TEST_F(CommitterTest, RefusesWritesWhenWorkBehindThemMetAFullDisk) {
  settings_.room_bytes = 1000;
  gate_->set_free(999);
  open();
  store(*store_, {{"a", "1"}});
  gate_->set_met_full_disk();
  clock_.advance(SpaceWatch::kInterval);
  auto transaction = begin(*store_);
  transaction->put("a", "2");
  EXPECT_NE(
      commit(*store_, std::move(transaction)).error().message.find("full"), std::string::npos
  );
  EXPECT_EQ(stored(*store_, "a"), "1");
}

TEST_F(CommitterTest, GoesOnReadingADamagedStore) {
  store(*store_, {{"a", "1"}});
  gate_->fail_next(WriteFault::Kind::kDamaged);
  for (int i = 0; i < 2; ++i) {
    auto transaction = begin(*store_);
    transaction->put("a", "2");
    const auto refused = commit(*store_, std::move(transaction));
    EXPECT_NE(refused.error().message.find("damaged"), std::string::npos);
  }
  EXPECT_EQ(stored(*store_, "a"), "1");
  EXPECT_FALSE(store_->health().writable);
  EXPECT_EQ(fatal_, 0);
}

TEST_F(CommitterTest, TakesNoMoreWritesAfterAFailedSyncAndSaysSoOnce) {
  store(*store_, {{"a", "1"}});
  gate_->fail_next(WriteFault::Kind::kBroken);
  for (int i = 0; i < 3; ++i) {
    auto transaction = begin(*store_);
    transaction->put("a", "2");
    EXPECT_EQ(commit(*store_, std::move(transaction)).error().code, Errc::kUnavailable);
    clock_.advance(SpaceWatch::kInterval);
  }
  EXPECT_EQ(fatal_, 1);
  EXPECT_EQ(gate_->batches().size(), 2u);
  EXPECT_FALSE(store_->health().writable);
  EXPECT_EQ(stored(*store_, "a"), "1");
}

}  // namespace
}  // namespace noded::storage
