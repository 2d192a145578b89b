// Rows of another database: {"entity","columns":[name],"rows":[[value]]}, as a bknd import sends
// them. Each row is taken or refused; those taken are what is stored, read as JSON, and refer to
// rows that are there once their references are mended.
#include "noded/clock.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row_import.hpp"
#include "repository/database/row_text.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace noded;
using namespace noded::database;

constexpr std::uint16_t kApplication = 1;
constexpr std::int64_t kNow_ms = 1'700'000'000'000;
constexpr std::size_t kRowsOfAWalk = 2;

constexpr std::string_view kData = R"({"entities":{
  "posts":{"fields":{"t":{"type":"text","config":{"maxLength":9,"required":true}},
    "n":{"type":"number"},"b":{"type":"boolean"},"d":{"type":"date"},"j":{"type":"json"},
    "e":{"type":"enum","config":{"options":{"type":"strings","values":["x","y"]}}},
    "s":{"type":"jsonschema","config":{"schema":{"type":"object","required":["a"]}}}}},
  "notes":{"config":{"primary_format":"uuid"},"fields":{"t":{"type":"text"}}}},
  "relations":{"a":{"type":"n:1","source":"posts","target":"notes"},
    "c":{"type":"n:1","source":"posts","target":"posts","config":{"mappedBy":"parent"}}},
  "indices":{"t":{"entity":"posts","fields":["t"],"unique":true},
    "d":{"entity":"posts","fields":["d","n"]}}})";

struct Node {
  storage::Store store{
      storage::make_memory_backend(),
      {},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  std::shared_ptr<const Schema> schema;

  Node() {
    Catalog catalog;
    schema = Schema::build(codec::parse_json(kData)->as_object(), catalog, true).value();
  }
};

void must(bool holds) {
  if (!holds) std::abort();
}

struct Input {
  const Entity* entity = nullptr;
  std::vector<std::string> columns;
  const json::array* rows = nullptr;
};

// Empty when the text is none.
Input input_of(const Schema& schema, const json::value& given) {
  const json::object* body = given.if_object();
  const json::value* entity = body == nullptr ? nullptr : body->if_contains("entity");
  const json::value* columns = body == nullptr ? nullptr : body->if_contains("columns");
  const json::value* rows = body == nullptr ? nullptr : body->if_contains("rows");
  if (entity == nullptr || !entity->is_string() || columns == nullptr || !columns->is_array() ||
      rows == nullptr || !rows->is_array())
    return {};
  Input input{schema.find(entity->get_string()), {}, &rows->get_array()};
  for (const json::value& name : columns->get_array()) {
    if (!name.is_string()) return {};
    input.columns.emplace_back(name.get_string());
  }
  return input;
}

void check_stored(Transaction& transaction, const Entity& entity, std::uint64_t expected) {
  const std::string prefix = keys::prefix(kApplication, keys::Space::kRow, entity.id);
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  std::uint64_t count = 0;
  for (; cursor->next(); ++count) {
    const auto key = RowKey::from_bytes(cursor->key().substr(prefix.size()));
    std::string text;
    append_row_text(entity, key, RowView(cursor->value()), text);
    must(codec::parse_json(text, "row", {.max_depth = 200}).has_value());
  }
  must(count == expected);
}

struct Mended {
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;
  std::size_t refused = 0;
};

Mended mend(RowImport& import, const Entity& entity) {
  Mended whole;
  std::optional<RowKey> from;
  do {
    const auto walk = import.mend_references(entity, from, kRowsOfAWalk);
    must(walk.has_value());
    whole.rows += walk->rows;
    whole.checksum += walk->checksum.number();
    whole.refused += walk->refused.size();
    from = walk->next;
  } while (from);
  return whole;
}

void take(Transaction& transaction, const Input& input) {
  const auto columns = import_columns(*input.entity, input.columns);
  if (!columns) return;
  RowImport import(kApplication, transaction, kNow_ms);
  const auto taken = import.put(*columns, *input.rows, RowImport::Uniqueness::kChecked);
  must(taken.has_value());
  must(taken->rows + taken->refused.size() == input.rows->size());
  check_stored(transaction, *input.entity, taken->rows);
  const Mended first = mend(import, *input.entity);
  must(first.rows == taken->rows && first.checksum == taken->checksum.number());
  const Mended second = mend(import, *input.entity);
  must(second.rows == taken->rows && second.refused == 0);
  check_stored(transaction, *input.entity, taken->rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Node node;
  const auto given = codec::parse_json({reinterpret_cast<const char*>(data), size});
  if (!given) return 0;
  const Input input = input_of(*node.schema, *given);
  if (input.entity == nullptr) return 0;
  const auto transaction = node.store.begin({}).value();
  take(*transaction, input);
  return 0;
}
