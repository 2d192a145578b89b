#include "runtime/service_notifier.hpp"

#include "support/notify_listener.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace noded::runtime {
namespace {

using testing::MatchesRegex;

class ServiceNotifierTest : public testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  test::NotifyListener manager_{(directory_.path() / "notify").string()};
};

TEST_F(ServiceNotifierTest, SaysEachStateInTheWordsOfTheProtocol) {
  const ServiceNotifier notifier(manager_.address());
  notifier.status("opening");
  EXPECT_EQ(manager_.heard(), "STATUS=opening");
  notifier.starting("migrating");
  EXPECT_EQ(manager_.heard(), "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=migrating");
  notifier.ready("serving");
  EXPECT_EQ(manager_.heard(), "READY=1\nSTATUS=serving");
  notifier.alive();
  EXPECT_EQ(manager_.heard(), "WATCHDOG=1");
  notifier.reloading();
  EXPECT_THAT(manager_.heard(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
  notifier.stopping("draining");
  EXPECT_EQ(manager_.heard(), "STOPPING=1\nSTATUS=draining");
}

TEST_F(ServiceNotifierTest, KeepsAStatusFromSayingAnythingElse) {
  ServiceNotifier(manager_.address()).status("one\nREADY=1");
  EXPECT_EQ(manager_.heard(), "STATUS=one READY=1");
}

TEST(ServiceNotifier, ReachesAnAbstractSocket) {
  test::NotifyListener manager("@noded-test-" + std::to_string(::getpid()));
  ServiceNotifier(manager.address()).alive();
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
}

TEST(ServiceNotifier, IsSilentWithoutAManager) {
  const ServiceNotifier notifier;
  notifier.ready("serving");
  EXPECT_EQ(notifier.watchdog_interval(), std::nullopt);
}

TEST(ServiceNotifier, SurvivesAManagerThatIsGone) {
  ServiceNotifier("/no/such/socket").alive();
  ServiceNotifier(std::string(200, 'x')).alive();
}

TEST_F(ServiceNotifierTest, TakesItsVariablesOutOfTheEnvironment) {
  ::setenv("NOTIFY_SOCKET", manager_.address().c_str(), 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  const auto notifier = ServiceNotifier::take_from_environment();
  EXPECT_EQ(notifier.watchdog_interval(), std::chrono::milliseconds(1500));
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_USEC"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_PID"), nullptr);
  notifier.alive();
  EXPECT_EQ(manager_.heard(), "WATCHDOG=1");
}

TEST(ServiceNotifier, FeedsNoWatchdogMoreOftenOrMoreSeldomThanMakesSense) {
  using namespace std::chrono_literals;
  struct Fed {
    std::chrono::microseconds limit;
    std::chrono::microseconds interval;
  };
  for (const auto& [limit, interval] :
       {Fed{1us, 1ms}, {2ms, 1ms}, {2h, 1h}, {std::chrono::microseconds::max(), 1h}}) {
    EXPECT_EQ(ServiceNotifier("@nobody", limit).watchdog_interval(), interval) << limit.count();
  }
}

struct Watched {
  const char* name;
  const char* limit;
  const char* process;
};

class NoWatchdog : public testing::TestWithParam<Watched> {};

TEST_P(NoWatchdog, IsFed) {
  ::setenv("NOTIFY_SOCKET", "@nobody", 1);
  ::setenv("WATCHDOG_USEC", GetParam().limit, 1);
  ::setenv("WATCHDOG_PID", GetParam().process, 1);
  EXPECT_EQ(ServiceNotifier::take_from_environment().watchdog_interval(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Variables,
    NoWatchdog,
    testing::Values(
        Watched{"of_another_process", "3000000", "1"},
        Watched{"of_no_length", "0", ""},
        Watched{"of_a_length_that_is_no_number", "3s", ""},
        Watched{"without_a_length", "", ""}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::runtime
