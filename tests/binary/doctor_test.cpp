#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

class Doctor : public testing::Test {
 protected:
  std::string data() const { return (directory_.path() / "data").string(); }
  Strings on_data(Strings words) const {
    words.insert(words.begin(), NODED_BINARY);
    words.insert(words.end(), {"--data", data()});
    return words;
  }
  // A store with a user in it.
  void make_store() const {
    SpawnedProgram create(
        on_data({"user", "create", "me@example.com", "--role", "admin", "--password-stdin"}),
        "a long secret\n"
    );
    ASSERT_EQ(create.wait(), 0) << create.errors();
  }

  test::TemporaryDirectory directory_;
};

TEST_F(Doctor, FindsAFreshStoreInOrderWhetherTheNodeRunsOrNot) {
  make_store();
  SpawnedProgram offline(on_data({"doctor"}));
  EXPECT_EQ(offline.wait(), 0) << offline.output() << offline.errors();
  EXPECT_THAT(offline.output(), HasSubstr("records    rows 1, entities 1"));
  EXPECT_THAT(offline.output(), HasSubstr("Everything is in order."));

  SpawnedProgram node(on_data({"--role=n1", "--listen", "127.0.0.1:0"}));
  ASSERT_FALSE(node.wait_for_line("listening on http://127.0.0.1:").empty()) << node.errors();
  SpawnedProgram online(on_data({"doctor", "--repair", "--json"}));
  EXPECT_EQ(online.wait(), 0) << online.output() << online.errors();
  EXPECT_THAT(online.output(), HasSubstr("\"in_order\":true"));
  EXPECT_THAT(online.output(), HasSubstr("\"rows\":1"));
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
}

TEST_F(Doctor, NamesADirectoryThatOthersMayReadAndTheCommandThatMendsIt) {
  make_store();
  std::filesystem::permissions(data(), std::filesystem::perms{0755});
  SpawnedProgram doctor(on_data({"doctor"}));
  EXPECT_EQ(doctor.wait(), 1);
  EXPECT_THAT(doctor.output(), HasSubstr("mode 0755 instead of 0700"));
  EXPECT_THAT(doctor.output(), HasSubstr("chmod 700 '" + data() + "'"));
  EXPECT_THAT(doctor.output(), HasSubstr("Not everything is in order."));
}

TEST_F(Doctor, NamesASocketThatOthersMayUse) {
  make_store();
  SpawnedProgram node(on_data({"--role=n1", "--listen", "127.0.0.1:0"}));
  ASSERT_FALSE(node.wait_for_line("listening on http://127.0.0.1:").empty()) << node.errors();
  std::filesystem::permissions(data() + "/noded.sock", std::filesystem::perms{0666});
  SpawnedProgram doctor(on_data({"doctor", "--json"}));
  EXPECT_EQ(doctor.wait(), 1);
  EXPECT_THAT(doctor.output(), HasSubstr("\"what\":\"socket_mode\""));
  EXPECT_THAT(doctor.output(), HasSubstr("\"findings\":[]"));
}

TEST_F(Doctor, NamesSpaceBelowTheReserve) {
  make_store();
  SpawnedProgram doctor(on_data({"doctor", "--set", "storage.reserve=1024GiB"}));
  EXPECT_EQ(doctor.wait(), 1);
  EXPECT_THAT(doctor.output(), HasSubstr("less than storage.reserve (1048576 MiB)"));
}

TEST_F(Doctor, SaysWhyAStoreDoesNotOpen) {
  make_store();
  for (const auto& entry : std::filesystem::directory_iterator(data() + "/store")) {
    if (entry.path().filename() == "CURRENT") std::ofstream(entry.path()) << "MANIFEST-999999\n";
  }
  SpawnedProgram doctor(on_data({"doctor"}));
  EXPECT_EQ(doctor.wait(), 1);
  EXPECT_THAT(doctor.output(), HasSubstr(data() + "/store"));
  EXPECT_THAT(doctor.output(), HasSubstr("restore a backup"));
}

TEST_F(Doctor, TellsOfRowsWhoseEntityIsGoneAndCallsThemNoDamage) {
  const auto path = [this](const char* name) {
    return (directory_.path() / name).string();
  };
  std::ofstream(path("full.json"))
      << R"({"data":{"entities":{"old":{"fields":{"text":{"type":"text"}}}}}})";
  std::ofstream(path("empty.json")) << R"({"data":{"entities":{}}})";
  std::ofstream(path("old.ndjson")) << "{\"text\":\"a\"}\n{\"text\":\"b\"}\n";
  SpawnedProgram import(on_data({"import", path("old.ndjson"), "--app", path("full.json")}));
  ASSERT_EQ(import.wait(), 0) << import.errors();
  SpawnedProgram apply(on_data({"schema", "apply", "--app", path("empty.json")}));
  ASSERT_EQ(apply.wait(), 0) << apply.errors();
  SpawnedProgram doctor(on_data({"doctor"}));
  EXPECT_EQ(doctor.wait(), 0) << doctor.errors();
  EXPECT_THAT(doctor.output(), HasSubstr("- 2 rows of \"old\" are kept"));
  EXPECT_THAT(doctor.output(), HasSubstr("Everything is in order."));
}

TEST_F(Doctor, BeginsNoStoreAndNeitherDoOtherCommands) {
  const std::vector<Strings> commands = {
      {"doctor"},
      {"doctor", "--json"},
      {"export", (directory_.path() / "export").string()},
      {"user", "list"},
      {"user", "set-role", "me@example.com", "admin"},
      {"import", (directory_.path() / "rows.ndjson").string()},
      {"schema", "plan", "--app", "app.json"},
      {"schema", "apply", "--app", "app.json"},
      {"schema", "status"},
      {"schema", "cancel"},
  };
  for (const Strings& words : commands) {
    SpawnedProgram program(on_data(words));
    EXPECT_EQ(program.wait(), 1) << words.front();
    EXPECT_THAT(program.errors(), HasSubstr("there is no data directory " + data()));
    EXPECT_FALSE(std::filesystem::exists(data())) << words.front();
  }
  std::filesystem::create_directories(data() + "/store");
  for (const Strings& words : commands) {
    SpawnedProgram program(on_data(words));
    EXPECT_EQ(program.wait(), 1) << words.front();
    EXPECT_THAT(program.errors(), HasSubstr("there is no store in " + data()));
    EXPECT_TRUE(std::filesystem::is_empty(data() + "/store")) << words.front();
    EXPECT_FALSE(std::filesystem::exists(data() + "/node.keys")) << words.front();
  }
}

TEST_F(Doctor, TellsSinceWhenAnotherCheckIsUnderWayAndEndsAsABusyNodeDoes) {
  make_store();
  SpawnedProgram node(on_data({"--role=n1", "--listen", "127.0.0.1:0"}));
  ASSERT_FALSE(node.wait_for_line("listening on http://127.0.0.1:").empty()) << node.errors();
  std::atomic<bool> is_over = false;
  std::vector<std::jthread> others;  // several, so that there is nearly always one
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([this, &is_over] {
      test::LoopbackClient client(data() + "/noded.sock");
      while (!is_over) {
        const auto answer = client.ask(
            "POST /api/admin/doctor HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        );
        if (answer && (answer->status == 200 || answer->status == 409)) continue;
        ADD_FAILURE() << (answer ? answer->status : 0);
        return;
      }
    });
  }
  const auto run_until_busy = [this](const Strings& words) {
    for (;;) {
      SpawnedProgram doctor(on_data(words));
      const int code = doctor.wait();
      if (code == 0) continue;
      EXPECT_EQ(code, 5) << doctor.output() << doctor.errors();
      return doctor.output();
    }
  };
  const std::string screen = run_until_busy({"doctor"});
  const std::string as_json = run_until_busy({"doctor", "--json"});
  is_over = true;
  others.clear();
  EXPECT_THAT(screen, ContainsRegex("a check is under way already, since 20..-..-..T..:..:..\\."));
  EXPECT_THAT(screen, HasSubstr("Run noded doctor again when that check is done."));
  EXPECT_THAT(screen, Not(HasSubstr("in order")));
  EXPECT_THAT(as_json, HasSubstr("\"in_order\":null"));
  EXPECT_THAT(as_json, ContainsRegex("\"checked_since\":\"20"));
  SpawnedProgram after(on_data({"doctor"}));
  EXPECT_EQ(after.wait(), 0) << after.output() << after.errors();
}

TEST_F(Doctor, IsForTheLocalOperatorAlone) {
  make_store();
  SpawnedProgram node(on_data({"--role=n1", "--listen", "127.0.0.1:0"}));
  const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
  ASSERT_FALSE(port.empty()) << node.errors();
  test::LoopbackClient client(static_cast<std::uint16_t>(std::stoi(port)));
  const auto answer =
      client.ask("POST /api/admin/doctor HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
}

}  // namespace
}  // namespace noded
