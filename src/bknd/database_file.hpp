// DatabaseFile: a bknd database (SQLite), opened for reading only. Blocks; one thread at a time.
//
// Source of the format: bknd 0.20. Table __bknd: the newest row of type `config` is the whole
// configuration, the one of type `secrets` an object of dotted paths and what belongs there, rows
// of type `diff` are history. Each entity is a table of its name, each field that stores something
// a column of its name.
#pragma once

#include "noded/result.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace noded::bknd {

// The version of bknd's configuration that is understood: that of bknd 0.20.
inline constexpr std::int64_t kConfigurationVersion = 10;

struct Table {
  std::string name;
  std::uint64_t rows = 0;
};

class DatabaseFile {
 public:
  // Checks the whole file. What is read afterwards is one state of it, whatever others write
  // meanwhile. Errors, each with the file's name and what to do: kNotFound; kForbidden; kInvalid
  // (no SQLite database, damaged, not made by bknd, another version of the configuration);
  // kUnavailable (locked by another program).
  static Result<DatabaseFile> open(const std::filesystem::path& file);

  // The configuration {server, data, auth, media, flows}, secrets in their places.
  Result<boost::json::object> configuration() const;

  // The tables but bknd's and SQLite's own, by name.
  Result<std::vector<Table>> tables() const;
  // Names of the table's columns, in their order.
  Result<std::vector<std::string>> columns(std::string_view table) const;
  // The highest integer key that the table ever had; 0 when there is none.
  Result<std::int64_t> highest_key(std::string_view table) const;

  // Rows of one table in the order of the file. The file must outlive it.
  class Rows {
   public:
    // Appends "[value,…],[value,…]" (JSON, values in the order of the columns) to `out`: at most
    // `rows` of them, no more once `bytes` were appended. Returns how many; 0 at the end. What
    // JSON cannot hold becomes {"unreadable":text}. kInternal: the file is damaged.
    Result<std::size_t> read(std::size_t rows, std::size_t bytes, std::string& out);

   private:
    friend class DatabaseFile;
    struct Finalise {
      void operator()(sqlite3_stmt* statement) const;
    };
    explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
    std::unique_ptr<sqlite3_stmt, Finalise> statement_;
    bool is_over_ = false;
  };
  Result<Rows> rows(std::string_view table) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit DatabaseFile(std::string name) : name_(std::move(name)) {}
  Result<> open_and_check();
  Result<> check_pages() const;
  Result<> check_version() const;
  Result<sqlite3_stmt*> prepare(const std::string& sql) const;
  Result<std::optional<std::string>> text_of(const std::string& sql) const;
  std::unexpected<Error> failure(int code) const;

  std::string name_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace noded::bknd
