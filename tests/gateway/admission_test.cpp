#include "gateway/admission.hpp"

#include "noded/identity.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace noded::gateway {
namespace {

using namespace std::chrono_literals;

// Requests that ask for a place on one loop; what became of each is noted by its name.
class Waiting : public testing::Test {
 protected:
  void come(std::string name, Importance importance) {
    spawn(io_.get_executor(), "waiting", [this, name, importance] {
      return ask(name, importance);
    });
    io_.restart();
    io_.poll();
  }
  Task<> ask(std::string name, Importance importance) {
    Admission::Place place = co_await admission_.wait(importance);
    outcome_ += (outcome_.empty() ? "" : " ") + name + (place ? "+" : "-");
    if (place) held_.push_back(std::move(place));
  }
  void leave() {  // of the place that was taken first
    held_.erase(held_.begin());
    io_.restart();
    io_.poll();
  }
  void run_out() {
    io_.restart();
    io_.run();
  }

  AdmissionLimits limits_{.in_flight = 1, .reserved = 1, .waiting = 2, .wait = 50ms};
  Admission admission_{limits_};
  std::vector<Admission::Place> held_;
  std::string outcome_;
  net::io_context io_;  // destroyed first: who still waits on it gives its turn back
};

TEST_F(Waiting, TakesAFreePlaceAtOnce) {
  come("a", Importance::kAnonymous);
  EXPECT_EQ(outcome_, "a+");
  EXPECT_EQ(admission_.waiting(), 0U);
}

TEST_F(Waiting, PassesAPlaceOnInTurn) {
  held_.push_back(admission_.enter(false));
  come("a", Importance::kAnonymous);
  come("b", Importance::kAnonymous);
  EXPECT_EQ(outcome_, "");
  leave();
  EXPECT_EQ(outcome_, "a+");
  leave();
  EXPECT_EQ(outcome_, "a+ b+");
}

TEST_F(Waiting, PrefersTheImportant) {
  held_.push_back(admission_.enter(false));
  come("anonymous", Importance::kAnonymous);
  come("session", Importance::kSession);
  leave();
  EXPECT_EQ(outcome_, "session+");
}

TEST_F(Waiting, EndsWithoutAPlaceAfterItsTime) {
  held_.push_back(admission_.enter(false));
  come("a", Importance::kAnonymous);
  run_out();
  EXPECT_EQ(outcome_, "a-");
  EXPECT_EQ(admission_.waiting(), 0U);
}

TEST_F(Waiting, RefusesAtOnceWhenTheQueueIsFull) {
  held_.push_back(admission_.enter(false));
  come("a", Importance::kToken);
  come("b", Importance::kToken);
  come("c", Importance::kToken);
  EXPECT_EQ(outcome_, "c-");
}

TEST_F(Waiting, LetsTheNewestLesserOneGoForAMoreImportantOne) {
  held_.push_back(admission_.enter(false));
  come("a", Importance::kAnonymous);
  come("b", Importance::kAnonymous);
  come("operator", Importance::kOperator);
  EXPECT_EQ(outcome_, "b-");
  leave();
  EXPECT_EQ(outcome_, "b- operator+");
}

TEST_F(Waiting, IsNotOvertakenByWhoComesAnew) {
  held_.push_back(admission_.enter(false));
  come("a", Importance::kAnonymous);
  held_.clear();  // the place is a's now, who has not been told yet
  EXPECT_FALSE(admission_.enter(false));
  EXPECT_TRUE(admission_.enter(true)) << "but the share is open";
}

TEST_F(Waiting, GivesItsPlaceBackWhenItsTaskIsDestroyed) {
  held_.push_back(admission_.enter(false));
  {
    net::io_context other;
    spawn(other.get_executor(), "waiting", [this] { return ask("a", Importance::kAnonymous); });
    other.poll();
    held_.clear();  // hands the place to a, whose loop ends before it runs again
  }
  EXPECT_EQ(admission_.waiting(), 0U);
  EXPECT_TRUE(admission_.enter(false));
}

TEST(Admission, LosesNoPlaceBetweenTwoLoops) {
  constexpr int kRounds = 20'000;
  Admission admission({.in_flight = 1, .reserved = 0, .waiting = 16, .wait = 20s});
  std::vector<int> served(2);
  const auto come_and_go = [&](int loop) -> Task<> {
    for (int round = 0; round < kRounds; ++round) {
      Admission::Place place = admission.enter(false);
      if (!place) place = co_await admission.wait(Importance::kAnonymous);
      if (place) ++served[static_cast<std::size_t>(loop)];
    }
  };
  const auto run_loop = [&](int loop) {
    net::io_context io;
    spawn(io.get_executor(), "loop", [&, loop] { return come_and_go(loop); });
    io.run();
  };
  std::thread other(run_loop, 1);
  run_loop(0);
  other.join();
  EXPECT_EQ(served[0], kRounds);
  EXPECT_EQ(served[1], kRounds);
}

TEST(Admission, WeighsWhoAsks) {
  Identity identity;
  EXPECT_EQ(importance_of(identity), Importance::kAnonymous);
  identity.kind = Identity::Kind::kUser;
  EXPECT_EQ(importance_of(identity), Importance::kToken);
  identity.by_cookie = true;
  EXPECT_EQ(importance_of(identity), Importance::kSession);
  identity.kind = Identity::Kind::kLocalOperator;
  EXPECT_EQ(importance_of(identity), Importance::kOperator);
}

TEST(Admission, KeepsAShareForHealthAndLogin) {
  for (const char* path :
       {"/livez", "/readyz", "/metrics", "/api/auth/password/login", "/api/auth/logout"}) {
    http::Request request;
    request.path = path;
    EXPECT_TRUE(has_reserved_share(request)) << path;
  }
  http::Request request;
  request.path = "/api/data/entity/tasks";
  EXPECT_FALSE(has_reserved_share(request));
  request.from_local_socket = true;
  EXPECT_TRUE(has_reserved_share(request));
}

}  // namespace
}  // namespace noded::gateway
