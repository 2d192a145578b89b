#include "bknd/database_file.hpp"

#include "codec/json.hpp"
#include "support/bknd_file.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace noded::bknd {
namespace {

namespace fs = std::filesystem;
using test::BkndFile;
using testing::ElementsAre;
using testing::HasSubstr;

class DatabaseFileTest : public testing::Test {
 protected:
  std::string path(const std::string& name = "data.db") const {
    return (directory_.path() / name).string();
  }
  std::string refusal(const std::string& name = "data.db") const {
    const auto opened = DatabaseFile::open(path(name));
    EXPECT_FALSE(opened);
    return opened ? "" : opened.error().message;
  }
  static std::string all_rows(const DatabaseFile& file, std::string_view table) {
    auto rows = file.rows(table);
    std::string out;
    if (!rows) return rows.error().message;
    const auto count = rows->read(100, 1 << 20, out);
    return count ? out : count.error().message;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(DatabaseFileTest, TellsTheNewestConfigurationWithItsSecrets) {
  BkndFile made(path());
  made.begin();
  made.add("config", 10, R"({"auth":{"jwt":{"alg":"HS256"}},"data":{}})");
  made.add("diff", 10, "[]");
  const auto file = DatabaseFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  const auto configuration = file->configuration();
  ASSERT_TRUE(configuration) << configuration.error().message;
  EXPECT_EQ(
      codec::to_json_text(*configuration),
      R"({"auth":{"jwt":{"alg":"HS256","secret":"a secret of the test"}},"data":{}})"
  );
}

TEST_F(DatabaseFileTest, GivesTablesColumnsRowsAndTheHighestKeyEver) {
  BkndFile made(path());
  made.begin();
  made.run(R"(insert into posts(id,title,views,published,at,meta) values
    (7,'a "quoted" title',1.5,1,'2024-01-02T03:04:05.000Z','{"a":1}'),(9,null,null,0,null,null))");
  made.run("delete from posts where id=9");
  const auto file = DatabaseFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  const auto tables = file->tables();
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables->size(), 3u);
  EXPECT_EQ((*tables)[1].name, "posts");
  EXPECT_EQ((*tables)[1].rows, 1u);
  EXPECT_THAT(*file->columns("authors"), ElementsAre("id", "name"));
  EXPECT_EQ(*file->highest_key("posts"), 9);
  EXPECT_EQ(*file->highest_key("authors"), 0);
  EXPECT_EQ(
      all_rows(*file, "posts"),
      R"([7,"a \"quoted\" title",null,1.5,1,"2024-01-02T03:04:05.000Z","{\"a\":1}",null])"
  );
}

TEST_F(DatabaseFileTest, TellsTheHighestKeyWhateverTheKeyAndTheOtherColumnsAre) {
  BkndFile made(path());
  made.begin();
  made.run(R"(
    create table shadowed(id integer primary key, rowid text);
    insert into shadowed values(3,'a name'),(5,'99');
    create table keyed(id text primary key);
    insert into keyed values('0190b2c7-0000-7000-8000-000000000000');
    create table apart(id integer primary key, t text) without rowid;
    insert into apart values(12,'a'))");
  const auto file = DatabaseFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  struct Expected {
    std::string_view table;
    std::int64_t key;
  };
  for (const auto& [table, key] : {Expected{"shadowed", 5}, {"keyed", 0}, {"apart", 12}}) {
    const auto highest = file->highest_key(table);
    ASSERT_TRUE(highest) << table << ": " << highest.error().message;
    EXPECT_EQ(*highest, key) << table;
  }
}

TEST_F(DatabaseFileTest, ReadsTextOfEachEncoding) {
  for (const std::string encoding : {"UTF-8", "UTF-16le", "UTF-16be"}) {
    BkndFile made(path(encoding));
    made.run("pragma encoding='" + encoding + "'");
    made.begin();
    made.run(
        "insert into authors values(1,'Ann'),(2,''),(3,'\xc3\x89\xf0\x9f\x98\x80 and more than "
        "fits in place')"
    );
    const auto file = DatabaseFile::open(path(encoding));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE(file->configuration()) << encoding;
    EXPECT_EQ((*file->tables())[0].name, "authors") << encoding;
    EXPECT_EQ(
        all_rows(*file, "authors"),
        "[1,\"Ann\"],[2,\"\"],[3,\"\xc3\x89\xf0\x9f\x98\x80 and more than fits in place\"]"
    ) << encoding;
  }
}

TEST_F(DatabaseFileTest, GivesRowsInPiecesOfTheAskedSize) {
  BkndFile made(path());
  made.begin();
  made.add_posts(5);
  const auto file = DatabaseFile::open(path());
  ASSERT_TRUE(file);
  auto rows = file->rows("posts");
  ASSERT_TRUE(rows);
  std::string out;
  EXPECT_EQ(*rows->read(2, 1 << 20, out), 2u);
  EXPECT_EQ(*rows->read(2, 1, out), 1u);
  EXPECT_EQ(*rows->read(100, 1 << 20, out), 2u);
  EXPECT_EQ(*rows->read(100, 1 << 20, out), 0u);
}

TEST_F(DatabaseFileTest, SaysOfWhatJsonCannotHoldWhatItIs) {
  BkndFile made(path());
  made.begin();
  made.run("insert into authors values(1,cast(x'ff41' as text)),(2,x'0102')");
  made.run("create table numbers(n real); insert into numbers values(9e999)");
  const auto file = DatabaseFile::open(path());
  ASSERT_TRUE(file);
  EXPECT_EQ(
      all_rows(*file, "authors"),
      R"json([1,{"unreadable":"text that is no UTF-8"}],[2,{"unreadable":"2 bytes (a BLOB)"}])json"
  );
  EXPECT_EQ(all_rows(*file, "numbers"), R"([{"unreadable":"an infinite number"}])");
}

TEST_F(DatabaseFileTest, ReadsWhatIsStillInTheWriteAheadLog) {
  BkndFile made(path());
  made.run("pragma journal_mode=wal");
  made.begin();
  made.add_posts(3);
  ASSERT_GT(fs::file_size(path() + "-wal"), 0u);
  const auto file = DatabaseFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  made.add_posts(0);
  made.run("insert into authors(name) values('written after the file was opened')");
  EXPECT_EQ((*file->tables())[0].rows, 0u);
  EXPECT_EQ((*file->tables())[1].rows, 3u);
}

TEST_F(DatabaseFileTest, IsRefusedWithTheReasonAndWhatToDo) {
  EXPECT_THAT(refusal("missing.db"), HasSubstr("there is no file"));
  std::ofstream(path("text.db")) << std::string(2000, 'x');
  EXPECT_THAT(refusal("text.db"), HasSubstr("is no SQLite database"));
  BkndFile(path("other.db")).run("create table t(a)");
  EXPECT_THAT(refusal("other.db"), HasSubstr("was not made by bknd"));
  BkndFile(path("old.db")).begin(BkndFile::kConfiguration, 9);
  EXPECT_THAT(refusal("old.db"), HasSubstr("version 9, and 10 is understood: start bknd 0.20"));
  BkndFile(path("newer.db")).begin(BkndFile::kConfiguration, 11);
  EXPECT_THAT(refusal("newer.db"), HasSubstr("version 11, and 10 is understood"));
  BkndFile code(path("code.db"));
  code.begin();
  code.run("delete from __bknd");
  EXPECT_THAT(refusal("code.db"), HasSubstr("holds no configuration"));
}

TEST_F(DatabaseFileTest, IsRefusedWhenItIsTruncated) {
  {
    BkndFile made(path());
    made.begin();
    made.add_posts(2000);
  }
  fs::resize_file(path(), fs::file_size(path()) / 2);
  EXPECT_THAT(refusal(), HasSubstr(path()));
}

TEST_F(DatabaseFileTest, IsRefusedWhileAnotherProgramHasItLocked) {
  BkndFile made(path());
  made.begin();
  made.run("begin exclusive");
  EXPECT_THAT(refusal(), HasSubstr("is locked by another program: stop bknd"));
}

TEST_F(DatabaseFileTest, RefusesAConfigurationThatIsNoObject) {
  BkndFile(path("array.db")).begin("[]");
  const auto array = DatabaseFile::open(path("array.db"));
  ASSERT_TRUE(array);
  EXPECT_THAT(array->configuration().error().message, HasSubstr("is no JSON object"));
  BkndFile(path("broken.db")).begin("{");
  const auto broken = DatabaseFile::open(path("broken.db"));
  ASSERT_TRUE(broken);
  EXPECT_THAT(broken->configuration().error().message, HasSubstr("configuration of"));
}

}  // namespace
}  // namespace noded::bknd
