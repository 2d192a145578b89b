// Any bytes as a bknd database (SQLite): refused, or each of its tables reads as JSON rows of as
// many values as there are columns, and as many rows as were counted.
#include "bknd/application.hpp"
#include "bknd/database_file.hpp"
#include "codec/json.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using namespace noded;

constexpr std::size_t kRowsAtOnce = 100;
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_rows(std::string_view text, std::size_t count, std::size_t columns) {
  const auto rows = codec::parse_json("[" + std::string(text) + "]");
  must(rows && rows->as_array().size() == count);
  for (const auto& row : rows->as_array())
    must(row.as_array().size() == columns);
}

void check_table(const bknd::DatabaseFile& file, const bknd::Table& table) {
  static_cast<void>(file.highest_key(table.name));
  const auto columns = file.columns(table.name);
  auto rows = file.rows(table.name);
  if (!columns || !rows) return;
  std::uint64_t total = 0;
  for (bool is_over = false; !is_over;) {
    std::string text;
    const auto count = rows->read(kRowsAtOnce, kBytesAtOnce, text);
    if (!count) return;
    check_rows(text, *count, columns->size());
    total += *count;
    is_over = *count == 0;
  }
  must(total == table.rows);
}

void check(const std::filesystem::path& path) {
  const auto file = bknd::DatabaseFile::open(path);
  if (!file) {
    must(!file.error().message.empty());
    return;
  }
  if (auto configuration = file->configuration()) {
    const auto taken = bknd::application_of(std::move(*configuration));
    must(codec::parse_json(codec::to_json_text(taken.configuration)).has_value());
  }
  const auto tables = file->tables();
  if (!tables) return;
  for (const bknd::Table& table : *tables)
    check_table(*file, table);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::TemporaryDirectory directory;
  const auto path = directory.path() / "data.db";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  check(path);
  return 0;
}
