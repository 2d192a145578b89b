// noded export and noded import with lines of JSON, as an operator runs them, with the real binary.
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace noded {
namespace {

namespace fs = std::filesystem;
using test::SpawnedProgram;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

constexpr const char* kApp = R"({"auth":{"enabled":false},"data":{
  "entities":{"notes":{"fields":{"title":{"type":"text","config":{"required":true}}}},
    "parts":{"fields":{"name":{"type":"text"}}}},
  "relations":{"a":{"type":"n:1","source":"notes","target":"notes","config":{"mappedBy":"parent"}},
    "b":{"type":"n:1","source":"notes","target":"parts"}}}})";

struct Ended {
  int code;
  std::string output;
  std::string errors;
};

class Lines : public testing::Test {
 protected:
  Lines() { write("app.json", kApp); }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream stream(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  Strings words(Strings given, const std::string& data = "data") const {
    given.insert(given.begin(), NODED_BINARY);
    given.insert(given.end(), {"--data", path(data), "--app", path("app.json")});
    return given;
  }
  Ended run(Strings given, const std::string& data = "data") const {
    return ended(words(std::move(given), data));
  }
  // The same, but with no --app.
  Ended run_plain(Strings given, const std::string& data = "data") const {
    given.insert(given.begin(), NODED_BINARY);
    given.insert(given.end(), {"--data", path(data)});
    return ended(std::move(given));
  }
  static Ended ended(Strings whole, const std::string& input = {}) {
    SpawnedProgram program(std::move(whole), input);
    const int code = program.wait();
    return {code, program.output(), program.errors()};
  }
  static std::string notes(int count) {
    std::string text;
    for (int i = 1; i <= count; ++i)
      text += R"({"id":)" + std::to_string(i) + R"(,"title":"note )" + std::to_string(i) + "\"}\n";
    return text;
  }
  bool is_in_order(const std::string& data = "data") const {
    return run({"doctor"}, data).code == 0;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(Lines, OfAnExportMakeTheSameRowsElsewhere) {
  // References to later rows, of the same entity and of one that is exported later.
  write(
      "notes.ndjson",
      R"({"id":1,"title":"child","parent_id":3,"parts_id":5})"
      "\n"
      R"({"id":3,"title":"parent","parent_id":null,"parts_id":null})"
      "\n"
  );
  write("parts.ndjson", "{\"id\":5,\"name\":\"p\"}\n");
  EXPECT_EQ(run({"import", path("parts.ndjson")}).code, 0);
  const Ended imported = run({"import", path("notes.ndjson")});
  EXPECT_EQ(imported.code, 0) << imported.errors;
  const Ended exported = run({"export", path("out")});
  EXPECT_EQ(exported.code, 0) << exported.errors;
  EXPECT_EQ(read("out/notes.ndjson"), read("notes.ndjson"));
  struct stat status{};
  ASSERT_EQ(::stat(path("out/notes.ndjson").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);

  const Ended elsewhere = run({"import", path("out")}, "other");
  EXPECT_EQ(elsewhere.code, 0) << elsewhere.errors;
  EXPECT_EQ(run({"export", path("again")}, "other").code, 0);
  EXPECT_EQ(read("again/manifest.json"), read("out/manifest.json"));
  EXPECT_TRUE(is_in_order("other"));
}

TEST_F(Lines, OfAnExportBeginAStoreWithItsConfigurationAndWithoutItsSecrets) {
  write(
      "app.json",
      R"({"auth":{"enabled":true,"jwt":{"secret":"kept-for-itself"},
        "roles":{"admin":{"implicit_allow":true}}},
        "data":{"entities":{"notes":{"fields":{"title":{"type":"text"}}}}}})"
  );
  write("notes.ndjson", notes(3));
  ASSERT_EQ(run({"import", path("notes.ndjson")}).code, 0);
  const Ended user = ended(
      words({"user", "create", "me@example.com", "--role", "admin", "--password-stdin"}),
      "a long secret\n"
  );
  ASSERT_EQ(user.code, 0) << user.errors;
  ASSERT_EQ(run_plain({"export", path("out")}).code, 0);
  EXPECT_THAT(read("out/application.json"), Not(HasSubstr("kept-for-itself")));

  const Ended imported = run_plain({"import", path("out")}, "other");
  EXPECT_EQ(imported.code, 0) << imported.errors;
  const Ended plan = run_plain({"schema", "plan", "--app", path("out/application.json")}, "other");
  EXPECT_EQ(plan.code, 0) << plan.output << "the configuration differs";
  EXPECT_THAT(run_plain({"user", "list"}, "other").output, HasSubstr("me@example.com"));
  ASSERT_EQ(run_plain({"export", path("again")}, "other").code, 0);
  for (const char* name : {"application.json", "manifest.json", "notes.ndjson", "users.ndjson"})
    EXPECT_EQ(read(std::string("again/") + name), read(std::string("out/") + name));
}

TEST_F(Lines, BeginNoStoreInADirectoryThatIsNotThereUnlessAConfigurationIsNamed) {
  write("notes.ndjson", notes(1));
  const Ended refused = run_plain({"import", path("notes.ndjson")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("there is no data directory " + path("data")));
  EXPECT_THAT(refused.errors, HasSubstr("--app FILE"));
  EXPECT_FALSE(fs::exists(path("data")));
  EXPECT_EQ(run({"import", path("notes.ndjson")}).code, 0);
}

TEST_F(Lines, GoIntoAndOutOfARunningNode) {
  SpawnedProgram node(words({"--listen", "127.0.0.1:0"}));
  ASSERT_FALSE(node.wait_for_line("listening on ").empty()) << node.errors();
  write("notes.ndjson", notes(2500));
  const Ended imported = run({"import", path("notes.ndjson")});
  EXPECT_EQ(imported.code, 0) << imported.errors;
  EXPECT_EQ(run({"export", path("out"), "--entity", "notes"}).code, 0);
  EXPECT_THAT(read("out/manifest.json"), HasSubstr("\"rows\":2500"));
  EXPECT_FALSE(fs::exists(path("out/parts.ndjson")));
}

TEST_F(Lines, StopAtTheFirstBadOneAndGoOnFromThere) {
  const std::string good = notes(1500);
  write("notes.ndjson", good + "{\"id\":1501}\n{\"id\":1502,\"title\":\"last\"}\n");
  const Ended refused = run({"import", path("notes.ndjson")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(
      refused.errors, HasSubstr(path("notes.ndjson") + ":1501, title: is required, but absent")
  );
  write("notes.ndjson", good + "{\"id\":1501,\"title\":7\n");
  EXPECT_THAT(
      run({"import", path("notes.ndjson")}).errors, HasSubstr(path("notes.ndjson") + ":1501: ")
  );
  write("notes.ndjson", good + "{\"id\":1501,\"title\":\"mended\"}\n");
  const Ended mended = run({"import", path("notes.ndjson")});
  EXPECT_EQ(mended.code, 0) << mended.errors;
  EXPECT_THAT(mended.output, HasSubstr("lines 1 to 1500 were taken before"));
  EXPECT_THAT(mended.output, HasSubstr(" 1 created"));
  EXPECT_TRUE(is_in_order());
}

TEST_F(Lines, AreNotGoneOnWithWhenTheFirstOnesChanged) {
  write("notes.ndjson", notes(3));
  ASSERT_EQ(run({"import", path("notes.ndjson")}).code, 0);
  write("notes.ndjson", "{\"title\":\"other\"}\n" + notes(3));
  const Ended refused = run({"import", path("notes.ndjson")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("begin anew with --restart"));
  EXPECT_EQ(run({"import", path("notes.ndjson"), "--restart", "--on-conflict", "skip"}).code, 0);
}

TEST_F(Lines, AreTakenOnceEachOverAKill) {
  write("notes.ndjson", [] {
    std::string text;
    for (int i = 1; i <= 20'000; ++i)
      text += "{\"title\":\"without a key " + std::to_string(i) + "\"}\n";
    return text;
  }());
  ASSERT_EQ(run({"import", path("app.json"), "--entity", "notes"}).code, 1);  // makes the store
  {
    SpawnedProgram node(words({"--listen", "127.0.0.1:0"}));
    ASSERT_FALSE(node.wait_for_line("listening on ").empty()) << node.errors();
    test::LoopbackClient client(path("data/noded.sock"));
    SpawnedProgram killed(words({"import", path("notes.ndjson"), "--entity", "notes"}));
    const auto has_rows = [&client] {
      const auto answer =
          client.ask("GET /api/data/entity/notes?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return !answer || answer->body.find("\"total\":0") == std::string::npos;
    };
    while (!has_rows())
      std::this_thread::yield();
    killed.signal(SIGKILL);
    killed.wait();
    node.signal(SIGKILL);
    node.wait();
  }
  const Ended rest = run({"import", path("notes.ndjson"), "--entity", "notes"});
  EXPECT_EQ(rest.code, 0) << rest.errors;
  EXPECT_EQ(run({"export", path("out"), "--entity", "notes"}).code, 0);
  EXPECT_THAT(read("out/manifest.json"), HasSubstr("\"rows\":20000"));
  EXPECT_TRUE(is_in_order());
}

TEST_F(Lines, OfAnInterruptedExportAreGoneOnWithAtTheLastWholeOne) {
  write("notes.ndjson", notes(10));
  ASSERT_EQ(run({"import", path("notes.ndjson")}).code, 0);
  ASSERT_EQ(run({"export", path("whole")}).code, 0);
  fs::create_directories(path("out"));
  const std::string whole = read("whole/notes.ndjson");
  write("out/notes.ndjson", whole.substr(0, whole.size() / 2));
  const Ended resumed = run({"export", path("out")});
  EXPECT_EQ(resumed.code, 0) << resumed.errors;
  EXPECT_THAT(resumed.output, HasSubstr("This export was interrupted"));
  EXPECT_EQ(read("out/notes.ndjson"), whole);
  const Ended again = run({"export", path("out")});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.errors, HasSubstr("holds a whole export already"));
}

TEST_F(Lines, AreRefusedWithWhatIsAllowed) {
  write("nope.ndjson", "{}\n");
  EXPECT_THAT(
      run({"import", path("nope.ndjson")}).errors,
      HasSubstr("there is no entity \"nope\", but: notes, parts")
  );
  EXPECT_EQ(run({"import", path("gone.ndjson")}).code, 1);
  EXPECT_EQ(run({"import"}).code, 2);
  EXPECT_EQ(run({"import", path("nope.ndjson"), "--on-conflict", "guess"}).code, 2);
  fs::create_directories(path("empty"));
  EXPECT_THAT(run({"import", path("empty")}).errors, HasSubstr("manifest.json is not there"));
  write("notes.ndjson", notes(2));
  ASSERT_EQ(run({"import", path("notes.ndjson")}).code, 0);
  ASSERT_EQ(run({"export", path("out")}).code, 0);
  write("out/notes.ndjson", notes(1));
  EXPECT_THAT(run({"import", path("out")}, "other").errors, HasSubstr("is not as it was exported"));
}

}  // namespace
}  // namespace noded
