// Links over a real store on a disk.
#include "modules/auth/recovery/links.hpp"

#include "modules/auth/session/session.hpp"
#include "repository/database/keys.hpp"
#include "runtime/thread_lane.hpp"
#include "storage/open.hpp"
#include "support/database_fixture.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace noded::auth {
namespace {

using database::RowKey;
using database::keys::Space;
using std::chrono::minutes;
using test::run_task;

constexpr std::uint16_t kApplication = 1;

class LinksTest : public testing::Test {
 protected:
  LinksTest() { open(); }
  ~LinksTest() override { close(); }

  void open() {
    engine_ = storage::open_engine({.directory = directory_.path() / "store"}).value();
    lane_ = std::make_unique<runtime::ThreadLane>(
        runtime::ThreadLaneSetup{.name = "store", .queue_limit = 256, .thread_limit = 2}
    );
    database_ = std::make_unique<database::Database>(
        database::StoreAccess{*engine_, *lane_}, kApplication, clock_
    );
    links_ = std::make_unique<Links>(*database_, clock_, minutes(30));
    ASSERT_TRUE(run_task(links_->keep(SteadyTime::max())).has_value());
  }
  void close() {
    links_.reset();
    database_.reset();
    lane_->close();
    engine_.reset();
  }
  void restart() {
    close();
    open();
  }
  void pass(std::chrono::milliseconds time) { clock_.set(clock_.wall() + time); }

  Result<std::optional<Links::Made>> make(
      Purpose purpose = Purpose::kRecover,
      RowKey user = RowKey::of_integer(1),
      Links::Surplus surplus = Links::Surplus::kRefused
  ) {
    return run_task(links_->make(
        {.purpose = purpose,
         .user = user,
         .address = "m@example.com",
         .surplus = surplus,
         .actor = {}},
        SteadyTime::max()
    ));
  }
  std::string made(Purpose purpose = Purpose::kRecover, RowKey user = RowKey::of_integer(1)) {
    return make(purpose, user).value().value().token;
  }
  Result<Link> find(const std::string& token, Purpose purpose = Purpose::kRecover) {
    return run_task(links_->find(hash_of_session_token(token), purpose, SteadyTime::max()));
  }
  Result<> use(
      const std::string& token,
      Purpose purpose = Purpose::kRecover,
      RowKey user = RowKey::of_integer(1)
  ) {
    const std::string hash = hash_of_session_token(token);
    auto body = [&](Transaction& transaction) {
      return links_->use(transaction, hash, purpose, user);
    };
    return run_task(database::transact(database_->store(), SteadyTime::max(), body));
  }
  std::string bytes_of_store() {
    auto body = [](Transaction& transaction) -> Result<std::string> {
      std::string bytes;
      const std::string prefix("\0\1", 2);
      const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
      while (cursor->next())
        bytes.append(cursor->key()).append(cursor->value());
      return bytes;
    };
    return run_task(database::read(database_->store(), SteadyTime::max(), body)).value();
  }
  std::size_t entries(Space space) {
    auto body = [space](Transaction& transaction) -> Result<std::size_t> {
      std::size_t count = 0;
      const auto cursor = transaction.scan(
          prefix_range(database::keys::prefix(kApplication, space)), Direction::kForward
      );
      while (cursor->next())
        ++count;
      return count;
    };
    return run_task(database::read(database_->store(), SteadyTime::max(), body)).value();
  }

  test::TemporaryDirectory directory_;
  testing_support::StandingClock clock_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<runtime::ThreadLane> lane_;
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<Links> links_;
};

TEST_F(LinksTest, TellWhoseTheyAreUntilTheyAreUsed) {
  const std::string token = made();
  EXPECT_EQ(token.size(), 43U);
  const auto link = find(token);
  ASSERT_TRUE(link.has_value()) << link.error().message;
  EXPECT_EQ(link->user, "1");
  EXPECT_EQ(link->address, "m@example.com");
  EXPECT_TRUE(use(token).has_value());
  EXPECT_EQ(find(token).error().type, kLinkGone);
  EXPECT_EQ(use(token).error().type, kLinkGone);
}

TEST_F(LinksTest, WorkOnceForEightWhoUseOneAtOnce) {
  const std::string token = made();
  std::atomic<int> succeeded{0};
  std::atomic<int> gone{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto used = use(token);
      if (used) {
        ++succeeded;
      } else if (used.error().type == kLinkGone) {
        ++gone;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(succeeded, 1);
  EXPECT_EQ(gone, 7);
}

TEST_F(LinksTest, EndAfterThirtyMinutes) {
  const std::string token = made();
  pass(minutes(30) - std::chrono::milliseconds(1));
  EXPECT_TRUE(find(token).has_value());
  pass(std::chrono::milliseconds(1));
  EXPECT_EQ(find(token).error().type, kLinkGone);
  EXPECT_EQ(use(token).error().type, kLinkGone);
}

TEST_F(LinksTest, AreGoodForOnePurposeAndOneAccount) {
  const std::string token = made(Purpose::kVerify);
  EXPECT_EQ(find(token, Purpose::kRecover).error().type, kLinkGone);
  EXPECT_EQ(use(token, Purpose::kRecover).error().type, kLinkGone);
  EXPECT_EQ(use(token, Purpose::kVerify, RowKey::of_integer(2)).error().type, kLinkGone);
  EXPECT_TRUE(use(token, Purpose::kVerify).has_value());
}

TEST_F(LinksTest, SurviveARestart) {
  const std::string token = made();
  const std::string used = made(Purpose::kVerify);
  ASSERT_TRUE(use(used, Purpose::kVerify).has_value());
  restart();
  EXPECT_EQ(links_->size(), 1U);
  EXPECT_EQ(find(used, Purpose::kVerify).error().type, kLinkGone);
  EXPECT_TRUE(use(token).has_value());
}

TEST_F(LinksTest, EndWithAnotherOneOfTheirPurposeThatWasUsed) {
  const std::string first = made();
  const std::string second = made();
  const std::string of_other_purpose = made(Purpose::kVerify);
  const std::string of_other_account = made(Purpose::kRecover, RowKey::of_integer(2));
  ASSERT_TRUE(use(second).has_value());
  EXPECT_FALSE(find(first).has_value());
  EXPECT_TRUE(find(of_other_purpose, Purpose::kVerify).has_value());
  EXPECT_TRUE(find(of_other_account).has_value());
}

TEST_F(LinksTest, AreFiveForAnAccountUnlessTheOldestMayGo) {
  const std::string first = made();
  pass(minutes(1));
  for (int i = 1; i < 5; ++i)
    made();
  EXPECT_FALSE(make().value().has_value());
  EXPECT_TRUE(make(Purpose::kVerify).value().has_value());
  EXPECT_TRUE(make(Purpose::kRecover, RowKey::of_integer(1), Links::Surplus::kReplacesOldest)
                  .value()
                  .has_value());
  EXPECT_FALSE(find(first).has_value());
  EXPECT_EQ(entries(Space::kLink), 6U);
  pass(minutes(30));
  EXPECT_TRUE(make().value().has_value());
}

TEST_F(LinksTest, AreFiveForAnAccountAlsoWhenEightAskAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([this] { EXPECT_TRUE(make().has_value()); });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(entries(Space::kLink), 5U);
}

TEST_F(LinksTest, ThatHaveEndedAreRemoved) {
  for (int i = 0; i < 5; ++i)
    made();
  pass(minutes(20));
  made(Purpose::kVerify);
  pass(minutes(10));
  ASSERT_TRUE(run_task(links_->keep(SteadyTime::max())).has_value());
  EXPECT_EQ(links_->size(), 1U);
  EXPECT_EQ(entries(Space::kLink), 1U);
  EXPECT_EQ(entries(Space::kLinkOfUser), 1U);
}

TEST_F(LinksTest, LeaveNoTokenInTheStore) {
  const std::string token = made();
  EXPECT_FALSE(bytes_of_store().contains(token));
  EXPECT_TRUE(bytes_of_store().contains(hash_of_session_token(token)));
}

class BadTokens : public LinksTest, public testing::WithParamInterface<std::string> {};

TEST_P(BadTokens, OpenNothing) {
  made();
  EXPECT_EQ(find(GetParam()).error().type, kLinkGone);
  EXPECT_EQ(use(GetParam()).error().type, kLinkGone);
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    BadTokens,
    testing::Values(
        "",
        "x",
        std::string(43, 'A'),
        std::string(43, '='),
        std::string(44, 'A'),
        std::string(100'000, 'A'),
        std::string(43, '\0')
    )
);

TEST(StoredLinks, AreReadAsTheyWereWritten) {
  const Link link{
      .purpose = Purpose::kVerify, .user = "17", .address = "m@example.com", .expires_ms = 1234
  };
  const auto read = decode_link(encode(link));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->purpose, link.purpose);
  EXPECT_EQ(read->user, link.user);
  EXPECT_EQ(read->address, link.address);
  EXPECT_EQ(read->expires_ms, link.expires_ms);
}

TEST(StoredLinks, OfAnotherFormAreNone) {
  for (const char* text :
       {"",
        "{}",
        "[]",
        "null",
        R"({"purpose":"magic","expires":1})",
        R"({"purpose":"verify"})",
        R"({"purpose":"verify","expires":"1"})"}) {
    EXPECT_FALSE(decode_link(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace noded::auth
