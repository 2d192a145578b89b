#include "modules/auth/passkey/challenge_store.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace noded::auth {
namespace {

using namespace std::chrono_literals;
using enum CeremonyKind;
using Refusal = ChallengeStore::Refusal;

Ceremony of_kind(CeremonyKind kind) {
  Ceremony ceremony;
  ceremony.kind = kind;
  ceremony.name = "somebody";
  return ceremony;
}

class ChallengeStoreTest : public testing::Test {
 protected:
  std::string open(CeremonyKind kind = kLogin, std::string_view peer = "127.0.0.1") {
    return store_.open(of_kind(kind), peer).value();
  }

  test::ManualClock clock_;
  ChallengeStore store_{{.most = 4, .per_minute = 3, .lifetime = 1s}, clock_};
};

TEST_F(ChallengeStoreTest, HandsOutThirtyTwoBytesThatNeverRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(seen.insert(open()).second);
  EXPECT_EQ(seen.begin()->size(), 32U);
}

TEST_F(ChallengeStoreTest, GivesACeremonyOutOnce) {
  const std::string challenge = open(kRegister);
  const auto taken = store_.take(challenge, kRegister);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->name, "somebody");
  EXPECT_EQ(store_.take(challenge, kRegister).error(), Refusal::kUnknown);
}

TEST_F(ChallengeStoreTest, BurnsOneThatIsTakenForAnotherKind) {
  const std::string challenge = open(kLogin);
  EXPECT_EQ(store_.take(challenge, kRegister).error(), Refusal::kUnknown);
  EXPECT_EQ(store_.take(challenge, kLogin).error(), Refusal::kUnknown);
}

TEST_F(ChallengeStoreTest, KnowsAnExpiredOneForAWhile) {
  const std::string first = open();
  const std::string second = open();
  clock_.advance(1s);
  EXPECT_EQ(store_.take(first, kLogin).error(), Refusal::kExpired);
  clock_.advance(1s);
  open();  // forgets what is long past
  EXPECT_EQ(store_.take(second, kLogin).error(), Refusal::kUnknown);
  EXPECT_EQ(store_.size(), 1U);
}

TEST_F(ChallengeStoreTest, ForgetsTheOldestBeyondItsBound) {
  const std::string oldest = open();
  for (int i = 0; i < 4; ++i)
    open();
  EXPECT_EQ(store_.size(), 4U);
  EXPECT_EQ(store_.take(oldest, kLogin).error(), Refusal::kUnknown);
}

TEST_F(ChallengeStoreTest, LimitsAnAddressButNotThisMachine) {
  for (int i = 0; i < 3; ++i)
    open(kLogin, "192.0.2.1");
  EXPECT_EQ(store_.open(of_kind(kLogin), "192.0.2.1").error().code, Errc::kOverloaded);
  EXPECT_TRUE(store_.open(of_kind(kLogin), "192.0.2.2").has_value());
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(store_.open(of_kind(kLogin), "::1").has_value());
  clock_.advance(60s);
  EXPECT_TRUE(store_.open(of_kind(kLogin), "192.0.2.1").has_value());
}

TEST_F(ChallengeStoreTest, GivesOneOfManyWhoTakeAtOnceTheCeremony) {
  const std::string challenge = open();
  std::atomic<int> won = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { won += store_.take(challenge, kLogin).has_value() ? 1 : 0; });
  }
  threads.clear();
  EXPECT_EQ(won, 1);
}

}  // namespace
}  // namespace noded::auth
