#include "bknd/database_file.hpp"

#include "bknd/secrets.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace noded::bknd {

namespace json = boost::json;

namespace {

constexpr int kPatienceMilliseconds = 5000;  // with another program's lock

std::string in_quotes(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text)
    out.append(c == quote ? 2 : 1, c);
  out.push_back(quote);
  return out;
}

// In UTF-8 whatever the encoding of the file: the size is asked for after the text was converted.
std::string_view text_at(sqlite3_stmt* statement, int column) {
  const void* text = sqlite3_column_text(statement, column);
  const int size = sqlite3_column_bytes(statement, column);
  if (text == nullptr || size <= 0) return {};
  return {static_cast<const char*>(text), static_cast<std::size_t>(size)};
}

// 0 for any other text.
std::int64_t integer_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size() ? number : 0;
}

void append_unreadable(std::string& out, std::string_view what) {
  out.append(R"({"unreadable":)");
  codec::append_json_string(out, what);
  out.push_back('}');
}

void append_value(std::string& out, sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return codec::append_json_integer(out, sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT: {
      const double number = sqlite3_column_double(statement, column);
      if (!std::isfinite(number)) return append_unreadable(out, "an infinite number");
      return codec::append_json_number(out, number);
    }
    case SQLITE_TEXT: {
      const std::string_view text = text_at(statement, column);
      if (!codec::is_valid_utf8(text)) return append_unreadable(out, "text that is no UTF-8");
      return codec::append_json_string(out, text);
    }
    case SQLITE_BLOB:
      return append_unreadable(
          out, fmt::format("{} bytes (a BLOB)", sqlite3_column_bytes(statement, column))
      );
    default:
      out.append("null");
  }
}

}  // namespace

void DatabaseFile::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

void DatabaseFile::Rows::Finalise::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

std::unexpected<Error> DatabaseFile::failure(int code) const {
  const std::string what =
      database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_.get());
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(
          Errc::kUnavailable,
          fmt::format("{} is locked by another program: stop bknd, then import again", name_)
      );
    case SQLITE_NOTADB:
      return fail(Errc::kInvalid, fmt::format("{} is no SQLite database", name_));
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return fail(
          Errc::kForbidden,
          fmt::format(
              "{} cannot be read ({}); if a file {}-wal or {}-journal is beside it, import a copy "
              "of "
              "all of them in a directory that you may write to",
              name_,
              what,
              name_,
              name_
          )
      );
    default:
      return fail(Errc::kInternal, fmt::format("{} cannot be read: {}", name_, what));
  }
}

Result<DatabaseFile> DatabaseFile::open(const std::filesystem::path& file) {
  std::error_code fault;
  if (!std::filesystem::is_regular_file(file, fault))
    return fail(Errc::kNotFound, fmt::format("there is no file {}", file.string()));
  DatabaseFile opened(file.string());
  if (auto done = opened.open_and_check(); !done) return std::unexpected(std::move(done.error()));
  return opened;
}

Result<> DatabaseFile::open_and_check() {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(name_.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) return failure(code);
  sqlite3_busy_timeout(database, kPatienceMilliseconds);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  const int begun = sqlite3_exec(database, "begin", nullptr, nullptr, nullptr);
  if (begun != SQLITE_OK) return failure(begun);
  if (auto checked = check_pages(); !checked) return checked;
  return check_version();
}

Result<> DatabaseFile::check_pages() const {
  const auto verdict = text_of("pragma quick_check(1)");
  if (!verdict) return std::unexpected(verdict.error());
  if (*verdict == "ok") return {};
  return fail(
      Errc::kInvalid,
      fmt::format("{} is damaged: {}", name_, verdict->value_or("its check says nothing"))
  );
}

Result<> DatabaseFile::check_version() const {
  const auto table = text_of("select name from sqlite_master where type='table' and name='__bknd'");
  if (!table) return std::unexpected(table.error());
  if (!*table) return fail(Errc::kInvalid, name_ + " was not made by bknd: it has no table __bknd");
  const auto version =
      text_of("select version from __bknd where type='config' order by version desc limit 1");
  if (!version) return std::unexpected(version.error());
  if (*version == std::to_string(kConfigurationVersion)) return {};
  if (!*version) {
    return fail(
        Errc::kInvalid,
        name_ +
            " holds no configuration: bknd keeps it in the program in mode \"code\"; start it "
            "once in mode \"db\", then import again"
    );
  }
  return fail(
      Errc::kInvalid,
      fmt::format(
          "{} has a configuration of version {}, and {} is understood: start bknd 0.20 on it once, "
          "which brings it there, then import again",
          name_,
          **version,
          kConfigurationVersion
      )
  );
}

Result<sqlite3_stmt*> DatabaseFile::prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(
      database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr
  );
  if (code != SQLITE_OK) return failure(code);
  return statement;
}

// The first column of the first row; empty when there is no row or it is null.
Result<std::optional<std::string>> DatabaseFile::text_of(const std::string& sql) const {
  const auto prepared = prepare(sql);
  if (!prepared) return std::unexpected(prepared.error());
  const std::unique_ptr<sqlite3_stmt, Rows::Finalise> statement(*prepared);
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return failure(code);
  if (sqlite3_column_type(statement.get(), 0) == SQLITE_NULL) return std::nullopt;
  const unsigned char* text = sqlite3_column_text(statement.get(), 0);
  const int size = sqlite3_column_bytes(statement.get(), 0);
  if (text == nullptr) return failure(SQLITE_NOMEM);
  return std::string(text, text + size);
}

Result<json::object> DatabaseFile::configuration() const {
  const auto record = [this](std::string_view type) {
    return text_of(fmt::format(
        "select json from __bknd where type='{}' and version={} order by id desc limit 1",
        type,
        kConfigurationVersion
    ));
  };
  const auto text = record("config");
  if (!text) return std::unexpected(text.error());
  auto configuration = codec::parse_json(text->value_or(""), "configuration of " + name_);
  if (!configuration) return std::unexpected(std::move(configuration.error()));
  const auto secrets_text = record("secrets");
  if (!secrets_text) return std::unexpected(secrets_text.error());
  const auto secrets = codec::parse_json(secrets_text->value_or("{}"), "secrets of " + name_);
  if (!secrets) return std::unexpected(secrets.error());
  if (!configuration->is_object() || !secrets->is_object())
    return fail(Errc::kInvalid, "the configuration of " + name_ + " is no JSON object");
  put_secrets(configuration->get_object(), secrets->get_object());
  return std::move(configuration->get_object());
}

Result<std::vector<Table>> DatabaseFile::tables() const {
  const auto prepared = prepare(
      "select name from sqlite_master where type='table' and name<>'__bknd' "
      "and name not like 'sqlite\\_%' escape '\\' order by name"
  );
  if (!prepared) return std::unexpected(prepared.error());
  const std::unique_ptr<sqlite3_stmt, Rows::Finalise> statement(*prepared);
  std::vector<Table> tables;
  int code = sqlite3_step(statement.get());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement.get())) {
    const std::string name(text_at(statement.get(), 0));
    const auto count = text_of("select count(*) from " + in_quotes(name, '"'));
    if (!count) return std::unexpected(count.error());
    tables.push_back({name, std::stoull(count->value_or("0"))});
  }
  if (code != SQLITE_DONE) return failure(code);
  return tables;
}

Result<std::vector<std::string>> DatabaseFile::columns(std::string_view table) const {
  const auto prepared = prepare("select * from " + in_quotes(table, '"') + " limit 0");
  if (!prepared) return std::unexpected(prepared.error());
  const std::unique_ptr<sqlite3_stmt, Rows::Finalise> statement(*prepared);
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement.get()); ++i)
    names.emplace_back(sqlite3_column_name(statement.get(), i));
  return names;
}

// Keys of deleted rows are not given again in bknd: sqlite_sequence remembers the highest.
Result<std::int64_t> DatabaseFile::highest_key(std::string_view table) const {
  std::vector<std::string> questions;
  // Not by the name rowid, which a column of any type may have.
  const auto key = text_of(fmt::format(
      "select name from pragma_table_info({}) where pk=1 and type like 'integer'",
      in_quotes(table, '\'')
  ));
  if (!key) return std::unexpected(key.error());
  if (*key) {
    questions.push_back(
        fmt::format("select max({}) from {}", in_quotes(**key, '"'), in_quotes(table, '"'))
    );
  }
  const auto has_marks = text_of("select name from sqlite_master where name='sqlite_sequence'");
  if (!has_marks) return std::unexpected(has_marks.error());
  if (*has_marks) {
    questions.push_back(
        "select max(cast(seq as integer)) from sqlite_sequence where name=" + in_quotes(table, '\'')
    );
  }
  std::int64_t highest = 0;
  for (const std::string& question : questions) {
    const auto text = text_of(question);
    if (!text) return std::unexpected(text.error());
    if (*text) highest = std::max(highest, integer_of(**text));
  }
  return highest;
}

Result<DatabaseFile::Rows> DatabaseFile::rows(std::string_view table) const {
  const auto prepared = prepare("select * from " + in_quotes(table, '"'));
  if (!prepared) return std::unexpected(prepared.error());
  return Rows(*prepared);
}

Result<std::size_t> DatabaseFile::Rows::read(
    std::size_t rows, std::size_t bytes, std::string& out
) {
  const std::size_t begin = out.size();
  std::size_t count = 0;
  const int columns = sqlite3_column_count(statement_.get());
  while (!is_over_ && count < rows && out.size() - begin < bytes) {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_DONE) {
      is_over_ = true;
      break;
    }
    if (code != SQLITE_ROW) {
      return fail(
          Errc::kInternal,
          std::string("a row cannot be read: ") +
              sqlite3_errmsg(sqlite3_db_handle(statement_.get()))
      );
    }
    out.append(count++ == 0 ? "[" : ",[");
    for (int i = 0; i < columns; ++i) {
      if (i > 0) out.push_back(',');
      append_value(out, statement_.get(), i);
    }
    out.push_back(']');
  }
  return count;
}

}  // namespace noded::bknd
