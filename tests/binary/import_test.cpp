// noded import bknd as an operator runs it, with the real binary.
#include "support/bknd_file.hpp"
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace noded {
namespace {

namespace fs = std::filesystem;
using test::BkndFile;
using test::SpawnedProgram;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

struct Ended {
  int code;
  std::string output;
  std::string errors;
};

class ImportBknd : public testing::Test {
 protected:
  ImportBknd() { file_.begin(); }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  Strings words(Strings more = {}) const {
    Strings all{NODED_BINARY, "import", "bknd", path("bknd.db"), "--data", path("data")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  static Ended run(Strings words) {
    SpawnedProgram program(std::move(words));
    const int code = program.wait();
    return {code, program.output(), program.errors()};
  }
  Ended import(Strings more = {}) const { return run(words(std::move(more))); }
  // Of the node's answer over the admin socket, as the local operator.
  std::string get(const std::string& target) const {
    SpawnedProgram node({NODED_BINARY, "--listen", "127.0.0.1:0", "--data", path("data")});
    EXPECT_FALSE(node.wait_for_line("listening on ").empty()) << node.errors();
    test::LoopbackClient client(path("data/noded.sock"));
    const auto answer = client.ask("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return answer ? answer->body : "no answer";
  }

  test::TemporaryDirectory directory_;
  BkndFile file_{path("bknd.db")};
};

TEST_F(ImportBknd, TakesRowsUsersAndConfiguration) {
  file_.run(R"(insert into authors values(3,'Ann');
    insert into posts values(5,'Fünf 五','five',2,1,'2024-01-02T03:04:05.000Z','{"a":1}',3);
    insert into users values(1,'me@example.com','password','a hash','admin'))");
  const Ended done = import();
  EXPECT_EQ(done.code, 0) << done.errors;
  EXPECT_THAT(
      done.output,
      AllOf(
          HasSubstr("counts and checksums agree"),
          Not(HasSubstr("a hash")),
          Not(HasSubstr("a secret of the test"))
      )
  );
  EXPECT_FALSE(fs::exists(path("data/unfinished-import")));
  EXPECT_THAT(
      get("/api/data/entity/posts/5"),
      HasSubstr(R"("title":"Fünf 五","slug":"five","views":2,"published":true,)"
                R"("at":"2024-01-02T03:04:05.000Z","meta":{"a":1},"authors_id":3)")
  );
  EXPECT_THAT(
      run({NODED_BINARY, "user", "list", "--data", path("data")}).output,
      AllOf(HasSubstr("me@example.com"), HasSubstr("admin"))
  );
  EXPECT_EQ(run({NODED_BINARY, "doctor", "--data", path("data")}).code, 0);
}

TEST_F(ImportBknd, KeepsNothingWhenSomethingCannotBeTakenUnlessThatIsAllowed) {
  file_.run(R"(insert into posts(id,slug,authors_id) values(1,'same',7),(2,'same',null);
    create table legacy(a); insert into legacy values(1))");
  const Ended refused = import();
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(
      refused.output,
      AllOf(
          HasSubstr("posts 2, slug: must be unique, but row 1 has the same"),
          HasSubstr("posts 1, authors_id: refers to authors 7, which is not there"),
          HasSubstr("legacy: a table of 1 rows, but no entity")
      )
  );
  EXPECT_THAT(refused.errors, HasSubstr("--allow-omissions"));
  EXPECT_FALSE(fs::exists(path("data/store")));
  EXPECT_EQ(import({"--allow-omissions"}).code, 0);
  EXPECT_EQ(run({NODED_BINARY, "doctor", "--data", path("data")}).code, 0);
}

TEST_F(ImportBknd, OnlyTriesWhenAskedTo) {
  const Ended tried = import({"--dry-run"});
  EXPECT_EQ(tried.code, 0) << tried.errors;
  EXPECT_FALSE(fs::exists(path("data/store")));
  EXPECT_FALSE(fs::exists(path("data/unfinished-import")));
}

TEST_F(ImportBknd, IsRefusedWhereAStoreIs) {
  ASSERT_EQ(import().code, 0);
  const Ended again = import();
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.errors, HasSubstr(path("data/store") + " already holds a store"));
}

TEST_F(ImportBknd, IsRefusedWithoutTracesWhenTheFileIsNone) {
  std::ofstream(path("text")) << std::string(1000, 'x');
  const Ended refused = run({NODED_BINARY, "import", "bknd", path("text"), "--data", path("data")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("is no SQLite database"));
  EXPECT_TRUE(fs::is_empty(path("data")));
}

TEST_F(ImportBknd, TellsWhichModuleRefusesTheConfiguration) {
  file_.add("config", 10, R"({"data":{"entities":{"posts":{"fields":{"a":{"type":"nope"}}}}}})");
  const Ended refused = import();
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("data"), HasSubstr("posts")));
  EXPECT_FALSE(fs::exists(path("data/store")));
}

TEST_F(ImportBknd, LeavesNothingHalfDoneWhenItIsKilled) {
  file_.add_posts(30'000);
  SpawnedProgram killed(words());
  while (!fs::exists(path("data/unfinished-import/store/CURRENT")) && killed.pid() > 0)
    std::this_thread::yield();
  killed.signal(SIGKILL);
  EXPECT_EQ(killed.wait(), -SIGKILL);
  EXPECT_FALSE(fs::exists(path("data/store")));
  const Ended again = import();
  EXPECT_EQ(again.code, 0) << again.errors;
  EXPECT_FALSE(fs::exists(path("data/unfinished-import")));
  EXPECT_THAT(get("/api/data/entity/posts?limit=1"), HasSubstr("\"total\":30000"));
}

}  // namespace
}  // namespace noded
