#include "repository/database/sealed_records.hpp"

#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"
#include "support/sealing_box.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <string>

namespace noded::database {
namespace {

class SealedRecordsTest : public testing_support::DatabaseFixture {
 protected:
  Result<> put(std::string_view name, std::string_view secret) {
    auto body = [&](Transaction& transaction) {
      return sealed_.put(transaction, name, secret);
    };
    return run(transact(database_.store(), SteadyTime::max(), body));
  }
  Result<std::optional<std::string>> get(std::string_view name) {
    auto body = [&](Transaction& transaction) {
      return sealed_.get(transaction, name);
    };
    return run(read(database_.store(), SteadyTime::max(), body));
  }
  SealedCounts count() {
    auto body = [this](Transaction& transaction) {
      return sealed_.count(transaction);
    };
    return run(read(database_.store(), SteadyTime::max(), body)).value();
  }
  std::string raw(const std::string& key) {
    std::string value;
    const auto transaction = engine_.begin({}).value();
    EXPECT_TRUE(transaction->get(key, value).value());
    return value;
  }
  void put_raw(const std::string& key, const std::string& value) {
    auto body = [&](Transaction& transaction) -> Result<> {
      transaction.put(key, value);
      return {};
    };
    ASSERT_TRUE(run(transact(database_.store(), SteadyTime::max(), body)));
  }
  static std::string key_of(std::string_view name) {
    return keys::prefix(kApplication, keys::Space::kSecret).append(name);
  }

  testing_support::SealingBox box_;
  SealedRecords sealed_{box_, kApplication};
};

TEST_F(SealedRecordsTest, AreReadAsTheyWerePutAndLieSealed) {
  ASSERT_TRUE(put("totp 1", "seed"));
  EXPECT_EQ(get("totp 1").value(), "seed");
  EXPECT_EQ(get("totp 2").value(), std::nullopt);
  EXPECT_EQ(raw(key_of("totp 1")).find("seed"), std::string::npos);
}

TEST_F(SealedRecordsTest, DoNotOpenUnderAnotherName) {
  ASSERT_TRUE(put("totp 1", "seed"));
  put_raw(key_of("totp 2"), raw(key_of("totp 1")));
  EXPECT_EQ(get("totp 2").error().code, Errc::kInvalid);
  ASSERT_TRUE(put("totp 2", "seed"));
  EXPECT_EQ(get("totp 2").value(), "seed");
}

TEST_F(SealedRecordsTest, AreSealedAnewByTheHundredUnderANewKey) {
  for (int i = 0; i < 450; ++i)
    ASSERT_TRUE(put("totp " + std::to_string(i), "seed " + std::to_string(i)));
  const auto old = box_.keys();
  ASSERT_TRUE(box_.add_key());
  EXPECT_EQ(run(sealed_.reseal_all(database_.store())).value(), 450U);
  const SealedCounts counts = count();
  EXPECT_EQ(counts.records, 450U);
  EXPECT_EQ(counts.keys, (std::map<SealingKeyId, std::uint64_t>{{box_.keys().back(), 450U}}));
  ASSERT_TRUE(box_.forget_keys(old));
  EXPECT_EQ(get("totp 449").value(), "seed 449");
  EXPECT_EQ(run(sealed_.reseal_all(database_.store())).value(), 0U) << "nothing is left to do";
}

TEST_F(SealedRecordsTest, OfBothConfigurationsAreSealedWhenTheyLieReadable) {
  put_raw(keys::meta(kApplication, "secrets"), R"({"auth":{"jwt":"hush"}})");
  put_raw(keys::meta(kApplication, "next secrets"), R"({"auth":{"jwt":"later"}})");
  EXPECT_EQ(count().unsealed, 2U);
  const auto sealed = run(sealed_.reseal_configuration(database_.store()));
  ASSERT_TRUE(sealed) << sealed.error().message;
  EXPECT_EQ(sealed->unsealed, 2U);
  EXPECT_EQ(count().unsealed, 0U);
  const std::string later = raw(keys::meta(kApplication, "next secrets"));
  EXPECT_EQ(later.find("later"), std::string::npos);
  EXPECT_EQ(sealed_.open_configuration(later).value(), R"({"auth":{"jwt":"later"}})");
}

TEST_F(SealedRecordsTest, ThatMissTheirKeyStopTheSealingAndStayAsTheyAre) {
  ASSERT_TRUE(put("a", "one"));
  const std::string before = raw(key_of("a"));
  ASSERT_TRUE(box_.add_key());
  ASSERT_TRUE(box_.forget_keys(std::array{box_.keys().front()}));
  EXPECT_EQ(run(sealed_.reseal_all(database_.store())).error().code, Errc::kNotFound);
  EXPECT_EQ(raw(key_of("a")), before);
}

// Who sealed under the old key and commits behind the last look at it would leave a record that
// nothing opens.
TEST_F(SealedRecordsTest, PutBesideAChangeOfKeysConflict) {
  ASSERT_TRUE(put("a", "one"));
  auto late = engine_.begin({}).value();
  ASSERT_TRUE(sealed_.put(*late, "b", "two"));
  ASSERT_TRUE(box_.add_key());
  ASSERT_TRUE(run(sealed_.announce_new_key(database_.store())));
  const auto committed = run(engine_.commit(std::move(late)));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, Errc::kConflict);
}

}  // namespace
}  // namespace noded::database
