#include "repository/database/stored_change.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace noded::database {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::string_view kChange = "schema change";
constexpr std::string_view kNumbers = "schema numbers";
constexpr std::string_view kData = "schema data";
constexpr std::string_view kProgress = "schema progress";
constexpr std::string_view kCleanup = "schema cleanup";
constexpr std::string_view kRate = "schema rate";

std::string next_name(std::string_view name) {
  return "next " + std::string(name);
}

std::unexpected<Error> damaged(std::string_view name) {
  return fail(
      Errc::kInternal, "the stored \"" + std::string(name) + "\" of the application is damaged"
  );
}

Result<json::object> object_of(std::string_view text, std::string_view name) {
  auto parsed = codec::parse_json(text, name);
  if (!parsed || !parsed->is_object()) return damaged(name);
  return std::move(parsed->get_object());
}

// Of {"format":1,"begun":ms,"rows":n,"records":[…]}.
Result<StoredChange> head_of(std::string_view text) {
  auto head = object_of(text, kChange);
  if (!head) return std::unexpected(std::move(head.error()));
  const json::value* format = head->if_contains("format");
  const json::value* begun = head->if_contains("begun");
  const json::value* rows = head->if_contains("rows");
  const json::value* records = head->if_contains("records");
  if (format == nullptr || *format != kFormat || begun == nullptr || !begun->is_int64() ||
      rows == nullptr || !rows->is_int64() || rows->get_int64() < 0 || records == nullptr ||
      !records->is_array()) {
    return damaged(kChange);
  }
  StoredChange change;
  change.begun_ms = begun->get_int64();
  change.rows = static_cast<std::uint64_t>(rows->get_int64());
  for (const json::value& name : records->get_array()) {
    if (!name.is_string()) return damaged(kChange);
    change.records.push_back({std::string(name.get_string()), {}});
  }
  return change;
}

// Of [number,unique]; empty when it is no such pair.
std::optional<IndexToClear> index_of(const json::value& item) {
  constexpr std::int64_t kHighest = std::numeric_limits<std::uint32_t>::max();
  const json::array* pair = item.if_array();
  if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_int64() || !(*pair)[1].is_bool())
    return std::nullopt;
  const std::int64_t number = (*pair)[0].get_int64();
  if (number < 1 || number > kHighest) return std::nullopt;
  return IndexToClear{static_cast<std::uint32_t>(number), (*pair)[1].get_bool()};
}

}  // namespace

std::string ChangeRecords::key(std::string_view name) const {
  return keys::meta(application_, name);
}

Result<std::string> ChangeRecords::text(std::string_view name) {
  std::string value;
  const auto found = transaction_.get(key(name), value);
  if (!found) return std::unexpected(found.error());
  if (!*found) value.clear();
  return value;
}

Result<std::string> ChangeRecords::required_text(std::string_view name) {
  std::string value;
  const auto found = transaction_.get(key(name), value);
  if (!found) return std::unexpected(found.error());
  if (!*found) return damaged(name);
  return value;
}

Result<std::optional<StoredChange>> ChangeRecords::load() {
  const auto stored = text(kChange);
  if (!stored) return std::unexpected(stored.error());
  if (stored->empty()) return std::nullopt;
  auto change = head_of(*stored);
  if (!change) return std::unexpected(std::move(change.error()));
  const auto numbers = required_text(kNumbers);
  if (!numbers) return std::unexpected(numbers.error());
  if (numbers->empty()) return damaged(kNumbers);  // which would be a catalogue of nothing
  auto grown = Catalog::parse(*numbers);
  if (!grown) return std::unexpected(std::move(grown.error()));
  change->grown = std::move(*grown);
  const auto data_text = required_text(kData);
  if (!data_text) return std::unexpected(data_text.error());
  auto data = object_of(*data_text, kData);
  if (!data) return std::unexpected(std::move(data.error()));
  change->data = std::move(*data);
  for (MetaRecord& record : change->records) {
    auto next = required_text(next_name(record.name));
    if (!next) return std::unexpected(std::move(next.error()));
    record.text = std::move(*next);
  }
  return std::move(*change);
}

void ChangeRecords::put(const StoredChange& change) {
  json::array names;
  for (const MetaRecord& record : change.records) {
    names.emplace_back(record.name);
    transaction_.put(key(next_name(record.name)), record.text);
  }
  transaction_.put(key(kNumbers), change.grown.serialise());
  transaction_.put(key(kData), codec::to_json_text(change.data));
  transaction_.put(
      key(kChange),
      codec::to_json_text(json::object{
          {"format", kFormat},
          {"begun", change.begun_ms},
          {"rows", change.rows},
          {"records", std::move(names)},
      })
  );
  transaction_.erase(key(kProgress));
}

void ChangeRecords::erase(const std::vector<MetaRecord>& records) {
  for (const MetaRecord& record : records)
    transaction_.erase(key(next_name(record.name)));
  for (const std::string_view name : {kNumbers, kData, kChange, kProgress})
    transaction_.erase(key(name));
}

Result<FillProgress> ChangeRecords::progress() {
  const auto stored = text(kProgress);
  if (!stored) return std::unexpected(stored.error());
  FillProgress progress;
  if (stored->empty()) return progress;
  constexpr std::size_t kFixed = sizeof progress.entity + sizeof progress.rows_done;
  if (stored->size() < kFixed) return damaged(kProgress);
  std::memcpy(&progress.entity, stored->data(), sizeof progress.entity);
  std::memcpy(&progress.rows_done, stored->data() + sizeof progress.entity, 8);
  progress.next_row = stored->substr(kFixed);
  const std::string rows = keys::prefix(application_, keys::Space::kRow, progress.entity);
  if (!progress.next_row.empty() && !progress.next_row.starts_with(rows)) return damaged(kProgress);
  return progress;
}

void ChangeRecords::put(const FillProgress& progress) {
  std::string bytes(sizeof progress.entity + sizeof progress.rows_done, '\0');
  std::memcpy(bytes.data(), &progress.entity, sizeof progress.entity);
  std::memcpy(bytes.data() + sizeof progress.entity, &progress.rows_done, 8);
  transaction_.put(key(kProgress), bytes + progress.next_row);
}

Result<std::vector<IndexToClear>> ChangeRecords::to_clear() {
  const auto stored = text(kCleanup);
  if (!stored) return std::unexpected(stored.error());
  std::vector<IndexToClear> indices;
  if (stored->empty()) return indices;
  const auto parsed = codec::parse_json(*stored, kCleanup);
  if (!parsed || !parsed->is_array()) return damaged(kCleanup);
  for (const json::value& item : parsed->get_array()) {
    const auto index = index_of(item);
    if (!index) return damaged(kCleanup);
    indices.push_back(*index);
  }
  return indices;
}

void ChangeRecords::put_to_clear(const std::vector<IndexToClear>& indices) {
  if (indices.empty()) return transaction_.erase(key(kCleanup));
  json::array list;
  for (const auto& [index, unique] : indices)
    list.push_back(json::array{index, unique});
  transaction_.put(key(kCleanup), codec::to_json_text(list));
}

Result<> ChangeRecords::add_to_clear(const std::vector<IndexToClear>& indices) {
  if (indices.empty()) return {};
  auto all = to_clear();
  if (!all) return std::unexpected(std::move(all.error()));
  all->insert(all->end(), indices.begin(), indices.end());
  put_to_clear(*all);
  return {};
}

Result<> ChangeRecords::forget_to_clear(std::uint32_t index) {
  auto all = to_clear();
  if (!all) return std::unexpected(std::move(all.error()));
  std::erase_if(*all, [index](const IndexToClear& entry) { return entry.first == index; });
  put_to_clear(*all);
  return {};
}

Result<std::uint64_t> ChangeRecords::rate() {
  const auto stored = text(kRate);
  if (!stored) return std::unexpected(stored.error());
  std::uint64_t rows_per_second = 0;
  std::from_chars(stored->data(), stored->data() + stored->size(), rows_per_second);
  return rows_per_second;
}

void ChangeRecords::put_rate(std::uint64_t rows_per_second) {
  transaction_.put(key(kRate), std::to_string(rows_per_second));
}

}  // namespace noded::database
