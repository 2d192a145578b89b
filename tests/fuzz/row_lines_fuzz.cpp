// Lines of an import: one JSON object each, by any bytes. What is taken is written as a line that
// is taken again for the same row.
#include "noded/clock.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row_lines.hpp"
#include "repository/database/row_text.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace noded;
namespace json = boost::json;

constexpr std::uint16_t kApplication = 1;

constexpr std::string_view kData = R"({"entities":{
  "posts":{"fields":{"t":{"type":"text","config":{"maxLength":9}},"n":{"type":"number"},
    "b":{"type":"boolean"},"d":{"type":"date"},"j":{"type":"json"},
    "e":{"type":"enum","config":{"options":{"type":"strings","values":["x","y"]}}}}},
  "notes":{"config":{"primary_format":"uuid"},"fields":{"t":{"type":"text"}}}},
  "relations":{"a":{"type":"n:1","source":"posts","target":"notes"},
    "c":{"type":"n:1","source":"posts","target":"posts","config":{"mappedBy":"parent"}}},
  "indices":{"t":{"entity":"posts","fields":["t"],"unique":true}}})";

struct Node {
  storage::Store store{
      storage::make_memory_backend(),
      {},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  std::shared_ptr<const database::Schema> schema;

  Node() {
    database::Catalog catalog;
    schema = database::Schema::build(codec::parse_json(kData)->as_object(), catalog, true).value();
  }
};

// Every row of the entity as lines, from the transaction's own view.
json::array lines_of(Transaction& transaction, const database::Entity& entity) {
  json::array lines;
  const std::string prefix =
      database::keys::prefix(kApplication, database::keys::Space::kRow, entity.id);
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  while (cursor->next()) {
    const auto key = database::RowKey::from_bytes(cursor->key().substr(prefix.size()));
    std::string line;
    database::append_row_text(entity, key, database::RowView(cursor->value()), line);
    auto parsed = codec::parse_json(line);
    if (!parsed) std::abort();
    lines.push_back(std::move(*parsed));
  }
  return lines;
}

void take(Node& node, const database::Entity& entity, const json::array& rows) {
  auto transaction = node.store.begin({});
  if (!transaction) std::abort();
  database::RowLines lines(kApplication, **transaction, entity, system_clock());
  if (!lines.put(rows, database::OnConflict::kReplace)) return;
  (void)lines.connect(rows);
  const json::array stored = lines_of(**transaction, entity);
  if (!lines.put(stored, database::OnConflict::kReplace)) std::abort();
  if (lines_of(**transaction, entity) != stored) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Node node;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  json::array rows;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (auto row = codec::parse_json(text.substr(begin, end - begin))) rows.push_back(*row);
    begin = end + 1;
  }
  for (const auto& entity : node.schema->entities())
    take(node, *entity, rows);
  return 0;
}
