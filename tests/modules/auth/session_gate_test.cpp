// LoginGate: what guessing passwords costs, and whom it does not cost anything.
#include "modules/auth/session/login_gate.hpp"
#include "modules/auth/session_fixture.hpp"
#include "repository/database/keys.hpp"

#include <chrono>
#include <string>

namespace noded::auth {
namespace {

using std::chrono::seconds;

class SessionGate : public SessionFixture {
 protected:
  void fail_often(int times) {
    for (int i = 0; i < times; ++i)
      EXPECT_EQ(enter({}, "wrong-password").status, 401) << i;
  }
  LoginGate restarted() { return LoginGate(database_, clock_, {}); }
};

TEST_F(SessionGate, AnswersTheSixthWrongPasswordWith429) {
  fail_often(5);
  const Answer answer = enter({}, "wrong-password");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(text(answer, "code"), "RATE_LIMITED");
}

TEST_F(SessionGate, RefusesTheRightPasswordTooWhileItWaits) {
  fail_often(5);
  EXPECT_EQ(enter().status, 429);
  pass(seconds(1));
  EXPECT_EQ(enter().status, 200);
}

TEST_F(SessionGate, DoublesTheWaitUpToAQuarterOfAnHour) {
  fail_often(5);
  for (const int wait : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
    const Answer answer = enter({}, "wrong-password");
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("Retry-After"), std::to_string(wait));
    pass(seconds(wait));
    EXPECT_EQ(enter({}, "wrong-password").status, 401) << wait;
  }
}

TEST_F(SessionGate, BeginsAnewAfterASuccess) {
  fail_often(4);
  EXPECT_EQ(enter().status, 200);
  fail_often(5);
  EXPECT_EQ(enter().status, 429);
}

TEST_F(SessionGate, StandsBeforeTheLoginOfTheApplicationToo) {
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(login(kEmail, "wrong-password").status, 401);
  const Answer answer = login(kEmail);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(answer.body, R"({"error":"Too many failed attempts","type":"AuthException"})");
}

TEST_F(SessionGate, LetsTheOwnerInFromAKnownDevice) {
  const std::string device = "nd_device=" + cookies_of(enter())["nd_device"];
  fail_often(5);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(enter({}, "wrong-password").status, 429) << i;
  EXPECT_EQ(enter({{"cookie", device}}).status, 200);
  EXPECT_EQ(enter().status, 429);
}

TEST_F(SessionGate, CountsAKnownDeviceByItself) {
  const std::string device = "nd_device=" + cookies_of(enter())["nd_device"];
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(enter({{"cookie", device}}, "wrong-password").status, 401) << i;
  EXPECT_EQ(enter({{"cookie", device}}).status, 429);
  EXPECT_EQ(enter().status, 200);
}

TEST_F(SessionGate, TakesNoDeviceOfAnotherAccountNorAForgedOne) {
  register_account("o@example.com");
  const Answer other = post(
      "/auth/api/login",
      R"({"email":"o@example.com","password":"memberpass","cookie":true})",
      local()
  );
  fail_often(5);
  EXPECT_EQ(enter({{"cookie", "nd_device=" + cookies_of(other)["nd_device"]}}).status, 429);
  EXPECT_EQ(enter({{"cookie", "nd_device=AAAA.AAAA"}}).status, 429);
}

TEST_F(SessionGate, CountsUnknownAccountsLikeKnownOnes) {
  const auto attempt = [this] {
    return post("/auth/api/login", R"({"email":"no@example.com","password":"x"})", local()).status;
  };
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(attempt(), 401);
  EXPECT_EQ(attempt(), 429);
}

TEST_F(SessionGate, CountsAnAddressInWhateverCase) {
  for (const char* email : {"M@example.com", "m@EXAMPLE.com", "m@example.com"}) {
    for (int i = 0; i < 2; ++i) {
      login(email, "wrong-password");
    }
  }
  EXPECT_EQ(login(kEmail).status, 429);
}

TEST_F(SessionGate, RemembersAWaitOverARestart) {
  fail_often(5);
  LoginGate gate = restarted();
  ASSERT_TRUE(run(gate.load()).has_value());
  http::Request request;
  EXPECT_EQ(gate.wait_s(LoginGate::attempt_of(request, kEmail, {})), 1);
}

TEST_F(SessionGate, ForgetsAWaitInTheStoreAfterASuccess) {
  fail_often(5);
  pass(seconds(1));
  EXPECT_EQ(enter().status, 200);
  pass(-seconds(1));
  LoginGate gate = restarted();
  ASSERT_TRUE(run(gate.load()).has_value());
  http::Request request;
  EXPECT_EQ(gate.wait_s(LoginGate::attempt_of(request, kEmail, {})), 0);
}

TEST_F(SessionGate, WritesNothingForASuccess) {
  LoginGate gate = restarted();
  http::Request request;
  const Sequence before = engine_.last_commit();
  const auto succeed = [&]() -> Task<bool> {
    co_await gate.succeeded(LoginGate::attempt_of(request, kEmail, {}), SteadyTime::max());
    co_return true;
  };
  EXPECT_TRUE(run(succeed()));
  EXPECT_EQ(engine_.last_commit(), before);
}

struct Network {
  const char* name;
  const char* peer;
  const char* neighbour;  // of the same network; empty: none is counted
};
class SessionGateNetworks : public SessionGate, public testing::WithParamInterface<Network> {
 protected:
  // A failure at yet another account.
  void fail_from(LoginGate& gate, const char* peer, int account) {
    http::Request request;
    request.peer = peer;
    const auto attempt =
        LoginGate::attempt_of(request, std::to_string(account) + "@example.com", {});
    const auto fail = [&]() -> Task<bool> {
      co_await gate.failed(attempt, SteadyTime::max());
      co_return true;
    };
    EXPECT_TRUE(run(fail()));
  }
  static std::int64_t wait_from(const LoginGate& gate, const char* peer) {
    http::Request request;
    request.peer = peer;
    return gate.wait_s(LoginGate::attempt_of(request, "new@example.com", {}));
  }
};

TEST_P(SessionGateNetworks, WaitAfterThirtyFailuresAtWhateverAccounts) {
  const auto& [name, peer, neighbour] = GetParam();
  LoginGate gate = restarted();
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(wait_from(gate, peer), 0) << i;
    fail_from(gate, peer, i);
  }
  const std::string counted = neighbour;
  EXPECT_EQ(wait_from(gate, peer), counted.empty() ? 0 : 600);
  if (!counted.empty()) {
    EXPECT_EQ(wait_from(gate, neighbour), 600);
  }
  EXPECT_EQ(wait_from(gate, "198.51.100.200"), 0);
  pass(seconds(600));
  EXPECT_EQ(wait_from(gate, peer), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Peers,
    SessionGateNetworks,
    testing::Values(
        Network{"ipv4", "192.0.2.1", "192.0.2.1"},
        Network{"mapped", "::ffff:192.0.2.1", "192.0.2.1"},
        Network{"ipv6", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"},
        Network{"loopback4", "127.0.0.1", ""},
        Network{"loopback6", "::1", ""},
        Network{"socket", "local", ""}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(SessionGate, ForgetsWhatIsOver) {
  LoginGate gate = restarted();
  http::Request request;
  request.peer = "192.0.2.1";
  const auto attempt = LoginGate::attempt_of(request, kEmail, {});
  const auto fail = [&]() -> Task<bool> {
    for (int i = 0; i < 5; ++i)
      co_await gate.failed(attempt, SteadyTime::max());
    co_return true;
  };
  EXPECT_TRUE(run(fail()));
  pass(std::chrono::hours(25));
  ASSERT_TRUE(run(gate.keep(SteadyTime::max())).has_value());
  const std::string prefix =
      database::keys::prefix(kApplication, database::keys::Space::kLoginFailures);
  auto body = [&](Transaction& transaction) -> Result<bool> {
    return transaction.scan(prefix_range(prefix), Direction::kForward)->next();
  };
  EXPECT_FALSE(run(database::read(database_.store(), SteadyTime::max(), body)).value());
}

}  // namespace
}  // namespace noded::auth
