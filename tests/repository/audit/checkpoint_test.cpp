#include "repository/audit/checkpoint.hpp"

#include "crypto/signing.hpp"
#include "repository/audit/actor.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"
#include "support/sealing_box.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace noded::audit {
namespace {

class Checkpoint : public testing_support::DatabaseFixture {
 protected:
  template <class Body>
  auto transact(Body body) {
    return run(database::transact(database_.store(), SteadyTime::max(), std::move(body))).value();
  }
  void append(const std::string& action) {
    auto body = [&](Transaction& transaction) {
      return chain_.append(transaction, done_by({}, action, "user 1"));
    };
    ASSERT_TRUE(run(database::transact(database_.store(), SteadyTime::max(), body)));
  }
  Act sign(const std::string& seed) {
    return transact([&](Transaction& transaction) {
      return chain_.append_checkpoint(transaction, seed);
    });
  }
  std::optional<std::int64_t> unsigned_since() {
    return transact([&](Transaction& transaction) { return chain_.unsigned_since(transaction); });
  }
  Verdict verify(const std::string& public_key) {
    return run(chain_.verify(database_.store(), {}, public_key)).value();
  }
  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }
  // What somebody does who can write to the store, and knows how: the entry is another one, and all
  // behind it follow from it.
  void forge(std::uint64_t number) {
    transact([&](Transaction& transaction) -> Result<bool> {
      std::string before;
      for (std::uint64_t at = number;; ++at) {
        std::string key = database::keys::prefix(kApplication, database::keys::Space::kAuditEntry);
        for (std::size_t i = 8; i-- > 0;)
          key.push_back(static_cast<char>(at >> (8 * i) & 0xff));
        std::string bytes;
        if (!transaction.get(key, bytes).value()) break;
        Entry entry = decode(bytes).value();
        if (at == number) entry.act.actor = "somebody else";
        if (at > number) entry.before = before;
        bytes = encode(entry);
        before = bytes.substr(bytes.size() - kHashSize);
        transaction.put(key, bytes);
        std::string head = key.substr(key.size() - 8) + before;
        transaction.put(
            database::keys::prefix(kApplication, database::keys::Space::kAuditHead), head
        );
      }
      return true;
    });
  }

  AuditChain chain_{kApplication, clock_};
  const std::string seed_ = crypto::make_signing_seed();
  const std::string key_ = crypto::public_key_of(seed_);
};

TEST_F(Checkpoint, IsDueForWhatNoOtherSigns) {
  EXPECT_EQ(unsigned_since(), std::nullopt) << "there is nothing to sign";
  const std::int64_t first_ms = now_ms();
  append("one");
  clock_.set(clock_.wall() + std::chrono::hours(1));
  append("two");
  EXPECT_EQ(unsigned_since(), first_ms);
  const std::int64_t signed_ms = now_ms();
  sign(seed_);
  EXPECT_EQ(unsigned_since(), std::nullopt);
  clock_.set(clock_.wall() + std::chrono::hours(1));
  append("three");
  EXPECT_EQ(unsigned_since(), signed_ms);
}

TEST_F(Checkpoint, IsAnEntryThatVerifiesByTheKeyOfTheNodeAlone) {
  append("one");
  const Act act = sign(seed_);
  EXPECT_EQ(act.action, kCheckpointAction);
  EXPECT_EQ(act.target, "entry 1");
  const Verdict whole = verify(key_);
  EXPECT_TRUE(whole.is_whole) << whole.reason;
  EXPECT_EQ(whole.entries, 2U);
  EXPECT_EQ(whole.signed_number, 2U);
  EXPECT_EQ(whole.signed_ms, now_ms());
  for (const std::string& other :
       {std::string(), crypto::public_key_of(crypto::make_signing_seed())}) {
    const Verdict broken = verify(other);
    EXPECT_FALSE(broken.is_whole);
    EXPECT_EQ(broken.broken, 2U);
  }
}

TEST_F(Checkpoint, GivesAwayWhoComputedTheChainAnew) {
  append("one");
  append("two");
  forge(1);
  EXPECT_TRUE(verify(key_).is_whole) << "hashes alone do not tell";
  sign(seed_);
  append("three");
  forge(2);
  const Verdict verdict = verify(key_);
  EXPECT_FALSE(verdict.is_whole);
  EXPECT_EQ(verdict.broken, 3U);
  EXPECT_EQ(verdict.reason, "it is a checkpoint that this node did not sign");
}

TEST_F(Checkpoint, IsNoOneElsesActOfThatName) {
  append("one");
  append(std::string(kCheckpointAction));
  const Verdict verdict = verify(key_);
  EXPECT_FALSE(verdict.is_whole);
  EXPECT_EQ(verdict.broken, 2U);
  EXPECT_EQ(verdict.reason, "it is a checkpoint without a signature");
}

TEST_F(Checkpoint, ItsSeedIsMadeOnceAndSealed) {
  testing_support::SealingBox box;
  const SigningSeed seeds(database::SealedRecords(box, kApplication));
  const auto find = [&] {
    return transact([&](Transaction& transaction) { return seeds.find(transaction); });
  };
  const auto make = [&] {
    return transact([&](Transaction& transaction) { return seeds.find_or_make(transaction); });
  };
  EXPECT_EQ(find(), std::nullopt);
  const std::string made = make();
  EXPECT_EQ(made.size(), crypto::kSigningSeedSize);
  EXPECT_EQ(make(), made);
  EXPECT_EQ(find(), made);
}

}  // namespace
}  // namespace noded::audit
