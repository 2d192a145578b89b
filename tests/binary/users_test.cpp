// /api/users of the real binary under many clients at once.
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::HasSubstr;

constexpr const char* kApp = R"({"auth":{"enabled":true,"allow_register":true,
  "strategies":{"passkey":{"type":"passkey"}},
  "roles":{"admin":{"implicit_allow":true},"guest":{"is_default":true,"permissions":[]}}}})";

TEST(UsersApi, MakesOneOfTwoHundredUsersWithOneAddress) {
  const test::TemporaryDirectory directory;
  const std::string app = (directory.path() / "app.json").string();
  const std::string data = (directory.path() / "data").string();
  std::ofstream(app) << kApp;
  SpawnedProgram node({NODED_BINARY, "--listen", "127.0.0.1:0", "--data", data, "--app", app});
  const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
  ASSERT_FALSE(port.empty()) << node.errors();
  const auto number = static_cast<std::uint16_t>(std::stoi(port));
  std::atomic<int> made = 0;
  std::atomic<int> taken = 0;
  const auto ask = [&](int client) {
    test::LoopbackClient connection(number);
    const std::string body = R"({"email":"one@example.com","username":"user)" +
                             std::to_string(client) + R"(","password":"a long secret"})";
    const auto answer = connection.ask(
        "POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body
    );
    if (answer && answer->status == 201) ++made;
    if (answer && answer->status == 409) ++taken;
  };
  constexpr int kClients = 200;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i)
    clients.emplace_back(ask, i);
  for (std::thread& client : clients)
    client.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(taken, kClients - 1);
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  SpawnedProgram doctor({NODED_BINARY, "doctor", "--data", data});
  EXPECT_EQ(doctor.wait(), 0) << doctor.output();
  EXPECT_THAT(doctor.output(), HasSubstr("rows 1, entities 1"));
}

}  // namespace
}  // namespace noded
