#include "cli/bknd_import.hpp"

#include "cli/admin_calls.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <utility>

namespace noded::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kRowsOfABatch = 2000;
constexpr std::size_t kBatchesUnderWay = 3;
constexpr std::size_t kBytesOfABatch = std::size_t{4} << 20;

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  boost::system::error_code fault;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(fault);
  return fault ? 0 : number;
}

std::uint64_t checksum_at(const json::object& object) {
  const std::string text = text_at(object, "checksum");
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string request_head(const std::string& entity, const std::vector<std::string>& columns) {
  const json::array names(columns.begin(), columns.end());
  return fmt::format(
      R"({{"entity":{},"columns":{},"rows":[)",
      codec::to_json_text(json::string(entity)),
      codec::to_json_text(names)
  );
}

}  // namespace

Result<json::object> BkndImport::post(std::string_view what, const std::string& body) const {
  return post_to_node(socket_, fmt::format("/api/admin/import/{}", what), body);
}

Result<ImportOutcome> BkndImport::run(
    const std::vector<std::string>& entities, const std::vector<bknd::Table>& tables
) {
  std::map<std::string, Sum> sums;
  for (const bknd::Table& table : tables) {
    if (std::ranges::find(entities, table.name) == entities.end()) {
      outcome_.omissions.push_back(
          {table.name, {}, {}, fmt::format("a table of {} rows, but no entity", table.rows)}
      );
      continue;
    }
    auto sum = copy(table);
    if (!sum) return std::unexpected(std::move(sum.error()));
    outcome_.entities.push_back({table.name, table.rows, sum->rows});
    sums[table.name] = *sum;
  }
  for (const auto& [name, sent] : sums) {
    const auto stored = walk(name);
    if (!stored) return std::unexpected(stored.error());
    if (stored->rows != sent.rows || stored->checksum != sent.checksum) {
      return fail(
          Errc::kInternal,
          fmt::format(
              "entity \"{}\": {} rows are stored, of {} that were sent, and their checksums {}",
              name,
              stored->rows,
              sent.rows,
              stored->checksum == sent.checksum ? "agree" : "differ"
          )
      );
    }
  }
  return std::move(outcome_);
}

// While the node stores a batch, the next ones are read and parsed.
Result<BkndImport::Sum> BkndImport::copy(const bknd::Table& table) {
  const auto columns = file_.columns(table.name);
  if (!columns) return std::unexpected(columns.error());
  auto rows = file_.rows(table.name);
  if (!rows) return std::unexpected(std::move(rows.error()));
  const std::string head = request_head(table.name, *columns);
  Sum sum;
  std::deque<Batch> sent;
  for (bool is_over = false; !is_over || !sent.empty();) {
    if (is_over || sent.size() == kBatchesUnderWay) {
      if (auto taken = take_answer(table.name, sent.front(), sum); !taken)
        return std::unexpected(std::move(taken.error()));
      sent.pop_front();
      continue;
    }
    std::string body = head;
    const auto count = rows->read(kRowsOfABatch, kBytesOfABatch, body);
    if (!count) return std::unexpected(count.error());
    is_over = *count == 0;
    if (is_over) continue;
    auto send = [this, whole = body.append("]}")] {
      return post("rows", whole);
    };
    sent.push_back({*count, std::async(std::launch::async, std::move(send))});
  }
  if (auto continued = continue_keys(table.name); !continued)
    return std::unexpected(std::move(continued.error()));
  return sum;
}

Result<> BkndImport::take_answer(const std::string& entity, Batch& batch, Sum& sum) {
  const auto taken = batch.answer.get();
  if (!taken) return std::unexpected(taken.error());
  const json::object& answer = *taken;
  progress_.advance(entity, batch.rows);
  sum.rows += number_at(answer, "taken");
  sum.checksum += checksum_at(answer);
  note_refused(entity, answer);
  const json::value* unknown = answer.if_contains("unknown");
  if (unknown == nullptr || !unknown->is_array())
    return fail(Errc::kInternal, "the node is of another version");
  for (const json::value& name : unknown->get_array()) {
    bknd::Omission omission{entity, {}, std::string(name.as_string()), {}};
    omission.why = "a column, but no field that stores something";
    const auto is_same = [&omission](const bknd::Omission& known) {
      return known.where == omission.where && known.key.empty() && known.field == omission.field;
    };
    if (std::ranges::none_of(outcome_.omissions, is_same))
      outcome_.omissions.push_back(std::move(omission));
  }
  return {};
}

void BkndImport::note_refused(const std::string& entity, const json::object& answer) {
  const json::value* refused = answer.if_contains("refused");
  if (refused == nullptr || !refused->is_array()) return;
  for (const json::value& value : refused->get_array()) {
    const json::object* row = value.if_object();
    if (row == nullptr) continue;
    outcome_.omissions.push_back(
        {entity, text_at(*row, "id"), text_at(*row, "field"), text_at(*row, "why")}
    );
  }
}

Result<BkndImport::Sum> BkndImport::walk(const std::string& entity) {
  Sum sum;
  std::string from;
  do {
    json::object body{{"entity", entity}};
    if (!from.empty()) body["from"] = from;
    const auto answer = post("references", codec::to_json_text(body));
    if (!answer) return std::unexpected(answer.error());
    sum.rows += number_at(*answer, "rows");
    sum.checksum += checksum_at(*answer);
    note_refused(entity, *answer);
    from = text_at(*answer, "from");
    progress_.advance("comparing", 0);
  } while (!from.empty());
  return sum;
}

Result<> BkndImport::continue_keys(const std::string& entity) {
  const auto highest = file_.highest_key(entity);
  if (!highest) return std::unexpected(highest.error());
  const auto done =
      post("keys", codec::to_json_text(json::object{{"entity", entity}, {"highest", *highest}}));
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace noded::cli
