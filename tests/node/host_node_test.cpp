#include "node/host_node.hpp"

#include "config/configuration.hpp"
#include "node/node_options.hpp"
#include "runtime/runtime_options.hpp"
#include "support/loopback_client.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace noded::node {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Strings = std::vector<std::string>;

// What the roles of this file did, in order. They run on the node's main loop only.
Strings& journal() {
  static Strings lines;
  return lines;
}

class ProbeRole : public Role {
 public:
  ProbeRole(Node& node, std::string name)
      : node_(node), name_(std::move(name)), timer_(node.executor()) {}
  Task<Result<>> start() override {
    journal().push_back("start " + name_);
    http::Route route{};
    route.method = http::Method::kGet;
    route.pattern = "/" + name_;
    route.handler = [](http::Request&) -> Task<http::Response> {
      co_return http::Response::text(200, "here");
    };
    std::vector<http::Route> routes;
    routes.push_back(std::move(route));
    co_return node_.router().mount(name_, std::move(routes));
  }
  Task<> stop() override {
    journal().push_back("stop " + name_);
    node_.router().unmount(name_);
    co_return;
  }

 protected:
  Node& node_;
  std::string name_;
  net::steady_timer timer_;  // outlived by the loops, whatever the order of destruction
};

class FailingRole final : public ProbeRole {
 public:
  explicit FailingRole(Node& node) : ProbeRole(node, "failing") {}
  Task<Result<>> start() override {
    journal().push_back("start failing");
    co_return fail(Errc::kUnavailable, "the hardware is absent");
  }
};

class ThrowingRole final : public ProbeRole {
 public:
  explicit ThrowingRole(Node& node) : ProbeRole(node, "throwing") {}
  Task<Result<>> start() override { throw std::runtime_error("a defect of a role"); }
};

// Adds what may only be added before serving starts, and a probe that a test turns.
class GuardedRole final : public ProbeRole {
 public:
  explicit GuardedRole(Node& node) : ProbeRole(node, "guarded") {}
  Task<Result<>> start() override {
    node_.add_readiness("guarded", [] { return is_ready ? "" : "not yet"; });
    node_.announce("guarded: the code is 1234");
    co_return co_await ProbeRole::start();
  }
  static inline std::atomic<bool> is_ready{true};
};

const RoleDescriptor kFirst{.name = "first", .make = [](Node& node) -> std::unique_ptr<Role> {
                              return std::make_unique<ProbeRole>(node, "first");
                            }};
const RoleDescriptor kSecond{.name = "second", .make = [](Node& node) -> std::unique_ptr<Role> {
                               return std::make_unique<ProbeRole>(node, "second");
                             }};
const RoleDescriptor kFailing{.name = "failing", .make = [](Node& node) -> std::unique_ptr<Role> {
                                return std::make_unique<FailingRole>(node);
                              }};
const RoleDescriptor kThrowing{.name = "throwing", .make = [](Node& node) -> std::unique_ptr<Role> {
                                 return std::make_unique<ThrowingRole>(node);
                               }};
const RoleDescriptor kGuarded{.name = "guarded", .make = [](Node& node) -> std::unique_ptr<Role> {
                                return std::make_unique<GuardedRole>(node);
                              }};

class HostNodeTest : public testing::Test {
 protected:
  HostNodeTest() {
    journal().clear();
    GuardedRole::is_ready = true;
    for (const OptionTable table : host_option_tables())
      EXPECT_TRUE(options_.add(table).has_value());
    configuration_.emplace(options_);
    set(kListen.name, Strings{"127.0.0.1:0"});
    set(kData.name, (directory_.path() / "data").string());
    set("storage.engine", std::string("memory"));
    set("http.access_log", false);
  }

  void set(std::string_view name, OptionValue value) {
    configuration_->set(name, std::move(value), "test");
  }

  // Runs a node; `meanwhile` runs on a thread of its own once it serves, then the node stops.
  Result<> run(
      std::vector<const RoleDescriptor*> roles,
      std::function<void(const Serving&)> meanwhile = [](const Serving&) {},
      bool is_offline = false
  ) {
    HostNode node({.options = *configuration_, .roles = std::move(roles), .is_offline = is_offline}
    );
    std::thread client;
    auto ran = node.run([&](const Serving& serving) {
      client = std::thread([&node, &meanwhile, serving] {
        meanwhile(serving);
        node.request_stop();
      });
    });
    if (client.joinable()) client.join();
    return ran;
  }

  static test::LoopbackClient connect(const Serving& serving) {
    const std::string& url = serving.urls.front();
    return test::LoopbackClient(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))
    ));
  }

  test::TemporaryDirectory directory_;
  config::OptionSet options_;
  std::optional<config::Configuration> configuration_;
};

TEST_F(HostNodeTest, StartsRolesInTheirOrderAndStopsThemInReverse) {
  const auto ran = run({&kFirst, &kSecond});
  ASSERT_TRUE(ran.has_value()) << ran.error().message;
  EXPECT_THAT(journal(), ElementsAre("start first", "start second", "stop second", "stop first"));
}

TEST_F(HostNodeTest, ServesTheRoutesOfItsRoles) {
  const auto ran = run({&kFirst}, [](const Serving& serving) {
    auto client = connect(serving);
    const auto answer = client.get("/first");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "here");
    EXPECT_TRUE(answer->headers.contains("x-request-id"));
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, NamesTheRoleThatCannotStartAndStopsTheOthers) {
  const auto ran = run({&kFirst, &kFailing});
  ASSERT_FALSE(ran.has_value());
  EXPECT_EQ(ran.error().message, "the role failing cannot start: the hardware is absent");
  EXPECT_THAT(journal(), ElementsAre("start first", "start failing", "stop failing", "stop first"));
}

TEST_F(HostNodeTest, EndsWhenARoleThrows) {
  const auto ran = run({&kThrowing});
  ASSERT_FALSE(ran.has_value());
  EXPECT_EQ(ran.error().code, Errc::kInternal);
}

TEST_F(HostNodeTest, TellsThatItLivesAndIsReady) {
  const auto ran = run({&kFirst}, [](const Serving& serving) {
    auto client = connect(serving);
    EXPECT_EQ(client.get("/livez")->body, R"({"alive":true})");
    const auto ready = client.get("/readyz");
    EXPECT_EQ(ready->status, 200);
    EXPECT_EQ(ready->body, R"({"ready":true})");
    EXPECT_EQ(ready->headers.at("cache-control"), "no-store");
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, TellsWhyItIsNotReady) {
  const auto ran = run({&kGuarded}, [](const Serving& serving) {
    EXPECT_THAT(serving.announcements, ElementsAre("guarded: the code is 1234"));
    auto client = connect(serving);
    EXPECT_EQ(client.get("/readyz")->status, 200);
    GuardedRole::is_ready = false;
    const auto unready = client.get("/readyz");
    EXPECT_EQ(unready->status, 503);
    EXPECT_EQ(
        unready->body, R"({"ready":false,"reasons":[{"probe":"guarded","reason":"not yet"}]})"
    );
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, ShowsMetricsToThisMachineUnlessAProxySpeaks) {
  const auto ran = run({&kFirst}, [](const Serving& serving) {
    auto client = connect(serving);
    const auto metrics = client.get("/metrics");
    EXPECT_EQ(metrics->status, 200);
    EXPECT_THAT(metrics->body, HasSubstr("# TYPE noded_lane_queued gauge\n"));
    EXPECT_THAT(metrics->body, HasSubstr("\nnoded_store_writable 1\n"));
    EXPECT_EQ(client.get("/metrics", "X-Forwarded-For: 203.0.113.9\r\n")->status, 403);
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, ShowsMetricsToAnyoneIfTold) {
  set(kMetricsFor.name, std::string("anyone"));
  const auto ran = run({&kFirst}, [](const Serving& serving) {
    EXPECT_EQ(connect(serving).get("/metrics", "X-Forwarded-For: 203.0.113.9\r\n")->status, 200);
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, GivesItsStatusOnTheAdminSocketOnly) {
  const auto ran = run({&kFirst}, [](const Serving& serving) {
    EXPECT_EQ(connect(serving).get("/api/admin/status")->status, 403);
    test::LoopbackClient admin(serving.admin_socket.string());
    const auto status = admin.get("/api/admin/status");
    EXPECT_EQ(status->status, 200);
    EXPECT_THAT(status->body, HasSubstr(R"("roles":["first"])"));
    EXPECT_THAT(status->body, HasSubstr(R"("addresses":[")" + serving.urls.front() + R"("])"));
    EXPECT_THAT(status->body, HasSubstr(R"("durability":"none")"));
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, ServesOnlyTheAdminSocketWhenOffline) {
  const auto ran = run(
      {&kFirst},
      [](const Serving& serving) {
        EXPECT_TRUE(serving.urls.empty());
        EXPECT_EQ(test::LoopbackClient(serving.admin_socket.string()).get("/first")->status, 200);
      },
      true
  );
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, KeepsItsDataToItself) {
  const auto ran = run({&kFirst}, [this](const Serving&) {
    const auto permissions = std::filesystem::status(directory_.path() / "data").permissions();
    EXPECT_EQ(
        permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
        std::filesystem::perms::none
    );
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, WritesItsAddressesToTheReadyFileWhileItServes) {
  const auto path = directory_.path() / "ready";
  set(runtime::kReadyFile.name, path.string());
  const auto ran = run({&kFirst}, [&path](const Serving& serving) {
    std::ifstream in(path);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    EXPECT_EQ(text, serving.urls.front() + "\n");
  });
  EXPECT_TRUE(ran.has_value());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(HostNodeTest, RefusesAnAddressThatIsTaken) {
  const auto ran = run({&kFirst}, [this](const Serving& serving) {
    set(kListen.name, Strings{serving.urls.front().substr(std::string("http://").size())});
    set(kData.name, (directory_.path() / "another").string());
    const auto second = run({&kSecond});
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::kExists);
    EXPECT_THAT(second.error().message, testing::StartsWith("cannot listen on 127.0.0.1:"));
  });
  EXPECT_TRUE(ran.has_value());
}

TEST_F(HostNodeTest, NamesADataDirectoryThatCannotBe) {
  const auto file = directory_.path() / "file";
  std::ofstream(file) << "not a directory";
  set(kData.name, file.string());
  const auto ran = run({&kFirst});
  ASSERT_FALSE(ran.has_value());
  EXPECT_THAT(ran.error().message, HasSubstr("cannot use the data directory " + file.string()));
}

TEST_F(HostNodeTest, ServesOnSeveralLoopsAtOnce) {
  set(runtime::kLoops.name, std::int64_t{2});
  const auto ran = run({&kFirst}, [](const Serving& serving) {
    std::vector<std::future<int>> answers;
    for (int i = 0; i < 8; ++i) {
      answers.push_back(std::async(std::launch::async, [&serving] {
        return connect(serving).get("/readyz")->status;
      }));
    }
    for (auto& answer : answers)
      EXPECT_EQ(answer.get(), 200);
  });
  EXPECT_TRUE(ran.has_value());
}

}  // namespace
}  // namespace noded::node
