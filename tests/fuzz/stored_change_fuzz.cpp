// Records of a running change of the schema, as a damaged store could hold them: one a line in the
// order of kNames, an empty line for one that is not there; the rest is its progress. What is read
// is the same when it is written and read again, and nothing is left when it is erased.
#include "noded/clock.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/stored_change.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace noded;
using namespace noded::database;

constexpr std::uint16_t kApplication = 1;
constexpr std::array<std::string_view, 7> kNames{
    "schema change",
    "schema numbers",
    "schema data",
    "schema cleanup",
    "schema rate",
    "next configuration",
    "next secrets",
};

storage::Store& store() {
  static storage::Store store{
      storage::make_memory_backend(),
      {},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  return store;
}

void must(bool holds) {
  if (!holds) std::abort();
}

void put(Transaction& transaction, std::string_view name, std::string_view text) {
  if (!text.empty()) transaction.put(keys::meta(kApplication, name), text);
}

void put_all(Transaction& transaction, std::string_view input) {
  for (const std::string_view name : kNames) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    put(transaction, name, input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  put(transaction, "schema progress", input);
}

bool is_same(const StoredChange& a, const StoredChange& b) {
  const auto is_same_record = [](const MetaRecord& one, const MetaRecord& other) {
    return one.name == other.name && one.text == other.text;
  };
  // As text: 1e3 is read as another kind of number than the 1000 that is written.
  const bool is_same_data = codec::to_json_text(a.data) == codec::to_json_text(b.data);
  return a.grown == b.grown && is_same_data && a.rows == b.rows && a.begun_ms == b.begun_ms &&
         std::ranges::equal(a.records, b.records, is_same_record);
}

void check_change(ChangeRecords& records) {
  const auto change = records.load();
  if (!change || !*change) return;
  Catalog grown = (*change)->grown;
  static_cast<void>(Schema::build((*change)->data, grown, true));
  records.put(**change);
  const auto again = records.load();
  must(again && *again && is_same(**change, **again));
  records.erase((*change)->records);
  const auto none = records.load();
  must(none && !*none);
}

void check_progress(ChangeRecords& records) {
  const auto progress = records.progress();
  if (!progress) return;
  const std::string rows = keys::prefix(kApplication, keys::Space::kRow, progress->entity);
  must(progress->next_row.empty() || progress->next_row.starts_with(rows));
  records.put(*progress);
  const auto again = records.progress();
  must(again && again->entity == progress->entity && again->next_row == progress->next_row);
  must(again->rows_done == progress->rows_done);
}

void check_leftovers(ChangeRecords& records) {
  const auto indices = records.to_clear();
  if (!indices) return;
  must(records.add_to_clear({{1, true}}).has_value());
  auto more = *indices;
  more.emplace_back(1, true);
  must(records.to_clear() == more);
  for (const auto& [index, unique] : more)
    must(records.forget_to_clear(index).has_value());
  must(records.to_clear()->empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto transaction = store().begin({}).value();
  put_all(*transaction, {reinterpret_cast<const char*>(data), size});
  ChangeRecords records(kApplication, *transaction);
  check_progress(records);
  check_leftovers(records);
  must(records.rate().has_value());
  check_change(records);
  return 0;
}
