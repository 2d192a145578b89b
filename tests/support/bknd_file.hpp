// A small bknd database (SQLite) made for a test.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace noded::test {

class BkndFile {
 public:
  static constexpr const char* kConfiguration = R"({
    "server":{}, "flows":{}, "media":{"enabled":false},
    "data":{
      "entities":{
        "authors":{"fields":{"id":{"type":"primary"},"name":{"type":"text"}}},
        "posts":{"fields":{"id":{"type":"primary"},"title":{"type":"text","config":{"required":true}},
          "slug":{"type":"text"},"views":{"type":"number"},"published":{"type":"boolean"},
          "at":{"type":"date","config":{"type":"datetime"}},"meta":{"type":"json"}}}},
      "relations":{"a":{"type":"n:1","source":"posts","target":"authors"}},
      "indices":{"u":{"entity":"posts","fields":["slug"],"unique":true}}},
    "auth":{"enabled":true,"jwt":{"secret":""},"guard":{"enabled":true},
      "roles":{"admin":{"implicit_allow":true}}}})";
  static constexpr const char* kTables = R"(
    create table authors(id integer primary key autoincrement, name text);
    create table posts(id integer primary key autoincrement, title text, slug text, views integer,
      published boolean, at datetime, meta text, authors_id integer);
    create table users(id integer primary key autoincrement, email text, strategy text,
      strategy_value text, role text);
  )";

  // An empty SQLite database; with begin() it is one of bknd.
  explicit BkndFile(std::string path) : path_(std::move(path)) {
    if (sqlite3_open(path_.c_str(), &database_) != SQLITE_OK) throw std::runtime_error(path_);
  }
  ~BkndFile() { sqlite3_close_v2(database_); }
  BkndFile(const BkndFile&) = delete;
  BkndFile& operator=(const BkndFile&) = delete;

  const std::string& path() const { return path_; }

  void run(const std::string& sql) {
    char* what = nullptr;
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, &what) == SQLITE_OK) return;
    const std::string text = what == nullptr ? "?" : what;
    sqlite3_free(what);
    throw std::runtime_error(text + ": " + sql);
  }

  void begin(const std::string& configuration = kConfiguration, int version = 10) {
    run("create table __bknd(id integer primary key, version integer, type text, json text)");
    add("config", version, configuration);
    add("secrets", version, R"({"auth.jwt.secret":"a secret of the test"})");
    run(kTables);
  }
  void add(const std::string& type, int version, const std::string& json) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(
        database_, "insert into __bknd(version,type,json) values(?,?,?)", -1, &statement, nullptr
    );
    sqlite3_bind_int(statement, 1, version);
    sqlite3_bind_text(statement, 2, type.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(statement, 3, json.c_str(), -1, SQLITE_TRANSIENT);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
  }
  void add_posts(int count) {
    run("insert into posts(title,slug,views) with recursive n(i) as (select 1 union all select i+1 "
        "from n where i<" +
        std::to_string(count) + ") select 'post '||i, 'slug-'||i, i from n");
  }

 private:
  std::string path_;
  sqlite3* database_ = nullptr;
};

}  // namespace noded::test
