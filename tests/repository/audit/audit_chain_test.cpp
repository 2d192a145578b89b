#include "repository/audit/audit_chain.hpp"

#include "repository/audit/actor.hpp"
#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace noded::audit {
namespace {

using database::keys::Space;
using testing_support::StandingClock;

class AuditChainTest : public testing_support::DatabaseFixture {
 protected:
  void append(const std::string& action, const std::string& target = "user 1") {
    auto body = [&](Transaction& transaction) {
      return chain_.append(transaction, done_by({}, action, target));
    };
    ASSERT_TRUE(run(database::transact(database_.store(), SteadyTime::max(), body)));
  }
  void append_many(int count) {
    auto body = [&](Transaction& transaction) -> Result<> {
      for (int i = 0; i < count; ++i) {
        if (auto kept = chain_.append(transaction, done_by({}, "many", "")); !kept) return kept;
      }
      return {};
    };
    ASSERT_TRUE(run(database::transact(database_.store(), SteadyTime::max(), body)));
  }
  Verdict verify() { return run(chain_.verify(database_.store())).value(); }
  Page list(const Wanted& wanted) {
    auto body = [&](Transaction& transaction) {
      return chain_.list(transaction, wanted);
    };
    return run(database::read(database_.store(), SteadyTime::max(), body)).value();
  }
  static Wanted with(const std::function<void(Wanted&)>& set) {
    Wanted wanted;
    set(wanted);
    return wanted;
  }
  std::vector<std::uint64_t> numbers(const Page& page) {
    std::vector<std::uint64_t> found;
    for (const Entry& entry : page.entries)
      found.push_back(entry.number);
    return found;
  }
  static std::string key(std::uint64_t number) {
    std::string key = database::keys::prefix(kApplication, Space::kAuditEntry);
    for (std::size_t i = 8; i-- > 0;)
      key.push_back(static_cast<char>(number >> (8 * i) & 0xff));
    return key;
  }
  std::string stored(const std::string& at) {
    std::string value;
    EXPECT_TRUE(engine_.begin({}).value()->get(at, value).value());
    return value;
  }
  // Empty: erased.
  void tamper(const std::string& at, const std::string& value) {
    auto body = [&](Transaction& transaction) -> Result<> {
      value.empty() ? transaction.erase(at) : transaction.put(at, value);
      return {};
    };
    ASSERT_TRUE(run(database::transact(database_.store(), SteadyTime::max(), body)));
  }

  AuditChain chain_{kApplication, clock_};
};

using Numbers = std::vector<std::uint64_t>;

TEST_F(AuditChainTest, IsWholeWhenNothingWasDoneAndAfterEachAct) {
  EXPECT_TRUE(verify().is_whole);
  EXPECT_EQ(verify().head, "");
  append("user.create");
  append("user.role");
  const Verdict verdict = verify();
  EXPECT_TRUE(verdict.is_whole);
  EXPECT_EQ(verdict.entries, 2U);
  EXPECT_EQ(verdict.head, list({}).entries.front().hash);
  EXPECT_EQ(list({}).entries.front().before, list({}).entries.back().hash);
}

TEST_F(AuditChainTest, IsFollowedOverManyPieces) {
  append_many(2500);
  EXPECT_EQ(verify().entries, 2500U);
  EXPECT_TRUE(verify().is_whole);
}

TEST_F(AuditChainTest, IsVerifiedForASpanOfTimeAlone) {
  const std::int64_t begin_ms = clock_.wall().time_since_epoch().count();
  for (int i = 0; i < 10; ++i) {
    append("hourly");
    clock_.set(clock_.wall() + std::chrono::hours(1));
  }
  const auto hour = [begin_ms](int number) {
    return begin_ms + number * std::int64_t{3'600'000};
  };
  const auto verify_span = [this](const Span& span) {
    return run(chain_.verify(database_.store(), span)).value();
  };
  EXPECT_EQ(verify_span({hour(3), hour(7)}).entries, 4U);
  EXPECT_EQ(verify_span({hour(3), hour(7)}).head, decode(stored(key(7))).value().hash);
  EXPECT_EQ(verify_span({hour(3), std::nullopt}).entries, 7U);
  EXPECT_EQ(verify_span({std::nullopt, hour(7)}).entries, 7U);
  EXPECT_EQ(verify_span({hour(10), std::nullopt}).entries, 0U);
  EXPECT_TRUE(verify_span({hour(10), hour(20)}).is_whole);
  std::string flipped = stored(key(5));
  flipped[20] = static_cast<char>(flipped[20] ^ 4);
  tamper(key(5), flipped);
  EXPECT_EQ(verify_span({hour(3), hour(7)}).broken, 5U);
  // What cannot be read may be of any time: whoever comes upon it says so.
  EXPECT_EQ(verify_span({hour(6), std::nullopt}).broken, 5U);
  EXPECT_EQ(verify_span({std::nullopt, hour(4)}).broken, 5U);
  EXPECT_TRUE(verify_span({std::nullopt, hour(3)}).is_whole);
}

TEST_F(AuditChainTest, BreaksAtTheEntryThatSomebodyTouched) {
  append_many(30);
  struct Row {
    const char* name;
    std::uint64_t touched;
    std::string value;
    std::uint64_t broken;
    const char* reason;
  };
  std::string flipped = stored(key(12));
  flipped[20] = static_cast<char>(flipped[20] ^ 4);
  // Rewritten with a right hash of its own.
  Entry forged = decode(stored(key(12))).value();
  forged.act.actor = "somebody else";
  const Row rows[] = {
      {"flipped", 12, flipped, 12, ""},
      {"forged", 12, encode(forged), 13, "it does not follow from the one before it"},
      {"no entry", 12, "bytes", 12, "it cannot be read"},
      {"erased", 12, "", 12, "it is missing"},
      {"moved", 12, stored(key(13)), 12, "it has the number of another one"},
      {"the first erased", 1, "", 1, "it is missing"},
      {"the last erased", 30, "", 30, "it is missing"},
      {"one too many", 31, stored(key(30)), 31, "it has the number of another one"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string before = row.touched <= 30 ? stored(key(row.touched)) : std::string();
    tamper(key(row.touched), row.value);
    const Verdict verdict = verify();
    EXPECT_FALSE(verdict.is_whole);
    EXPECT_EQ(verdict.broken, row.broken);
    if (*row.reason != '\0') EXPECT_EQ(verdict.reason, row.reason);
    tamper(key(row.touched), before);
    ASSERT_TRUE(verify().is_whole);
  }
}

TEST_F(AuditChainTest, ListsTheNewestFirstAndByWhatIsWanted) {
  append("user.create", "user 1");
  append("user.role", "user 1");
  clock_.set(clock_.wall() + std::chrono::hours(1));
  append("user.create", "user 2");
  append("configuration.change", "configuration auth");
  EXPECT_EQ(numbers(list({})), (Numbers{4, 3, 2, 1}));
  EXPECT_EQ(
      numbers(list(with([](Wanted& wanted) { wanted.action = "user"; }))), (Numbers{3, 2, 1})
  );
  EXPECT_EQ(
      numbers(list(with([](Wanted& wanted) { wanted.action = "user.create"; }))), (Numbers{3, 1})
  );
  EXPECT_EQ(numbers(list(with([](Wanted& wanted) { wanted.action = "user.cre"; }))), (Numbers{}));
  EXPECT_EQ(numbers(list(with([](Wanted& wanted) { wanted.target = "user 1"; }))), (Numbers{2, 1}));
  EXPECT_EQ(numbers(list(with([](Wanted& wanted) { wanted.actor = "user 9"; }))), (Numbers{}));
  const std::int64_t now = clock_.wall().time_since_epoch().count();
  EXPECT_EQ(numbers(list(with([&](Wanted& wanted) { wanted.from_ms = now; }))), (Numbers{4, 3}));
  EXPECT_EQ(numbers(list(with([&](Wanted& wanted) { wanted.before_ms = now; }))), (Numbers{2, 1}));
  const Page first = list(with([](Wanted& wanted) { wanted.limit = 3; }));
  EXPECT_EQ(numbers(first), (Numbers{4, 3, 2}));
  EXPECT_EQ(first.next_before, 2U);
  const Page second = list(with([&](Wanted& wanted) {
    wanted.before_number = first.next_before;
    wanted.limit = 3;
  }));
  EXPECT_EQ(numbers(second), (Numbers{1}));
  EXPECT_EQ(second.next_before, 0U);
}

TEST_F(AuditChainTest, StaysVerifiableWhenOldEntriesHaveGone) {
  append_many(1500);
  clock_.set(clock_.wall() + std::chrono::hours(1));
  append("user.create");
  append("user.role");
  const std::int64_t before = clock_.wall().time_since_epoch().count();
  EXPECT_EQ(run(chain_.prune(database_.store(), before, {})).value(), 1500U);
  EXPECT_EQ(numbers(list({})), (Numbers{1502, 1501}));
  Verdict verdict = verify();
  EXPECT_TRUE(verdict.is_whole) << verdict.broken << verdict.reason;
  EXPECT_EQ(verdict.entries, 2U);
  tamper(key(1501), "");
  verdict = verify();
  EXPECT_EQ(verdict.broken, 1501U);
  EXPECT_EQ(run(chain_.prune(database_.store(), before, {})).value(), 0U);
}

TEST_F(AuditChainTest, KeepsAllActsOfManyAtOnceInOneLine) {
  constexpr int kWriters = 40;
  int done = 0;
  for (int i = 0; i < kWriters; ++i) {
    spawn(io_.get_executor(), "append", [this, &done]() -> Task<> {
      auto body = [this](Transaction& transaction) {
        return chain_.append(transaction, done_by({}, "beside", ""));
      };
      const auto kept = co_await database::transact(database_.store(), SteadyTime::max(), body);
      EXPECT_TRUE(kept);
      ++done;
    });
  }
  io_.restart();
  while (done < kWriters)
    io_.run_one();
  EXPECT_TRUE(verify().is_whole);
  EXPECT_EQ(verify().entries, static_cast<std::uint64_t>(kWriters));
}

TEST(AuditAct, IsReadFromTheTextThatItWasKeptAs) {
  const Act act =
      done_by({"user 1", "192.0.2.1", "r-1"}, "configuration.apply", "configuration", "{}");
  EXPECT_EQ(to_text(act_from(to_text(act))), to_text(act));
  EXPECT_EQ(act_from("no text").actor, "node");
}

}  // namespace
}  // namespace noded::audit
