// Queries, run twice: over an entity with an index on each field and over one without any that has
// the same rows. How rows are found must not show in the answer.
#include "noded/clock.hpp"

#include "codec/json.hpp"
#include "repository/database/query.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/writer.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace noded;
namespace json = boost::json;

constexpr std::uint16_t kApplication = 1;

constexpr std::string_view kData = R"({"entities":{
  "plain":{"fields":{"t":{"type":"text"},"n":{"type":"number"},"b":{"type":"boolean"},
    "d":{"type":"date"},"j":{"type":"json"},
    "e":{"type":"enum","config":{"options":{"type":"strings","values":["x","y"]}}}}},
  "indexed":{"fields":{"t":{"type":"text"},"n":{"type":"number"},"b":{"type":"boolean"},
    "d":{"type":"date"},"j":{"type":"json"},
    "e":{"type":"enum","config":{"options":{"type":"strings","values":["x","y"]}}}}}},
  "relations":{},
  "indices":{"t":{"entity":"indexed","fields":["t"]},"n":{"entity":"indexed","fields":["n"]},
    "nt":{"entity":"indexed","fields":["n","t"]},"b":{"entity":"indexed","fields":["b"]},
    "d":{"entity":"indexed","fields":["d"]},"e":{"entity":"indexed","fields":["e","n"]}}})";

constexpr std::string_view kRows = R"([
  {"t":"a","n":1,"b":true,"d":"2024-01-01","j":{"a":1},"e":"x"},
  {"t":"","n":0,"b":false,"d":"1969-12-31","j":[],"e":"y"},
  {"t":"ab","n":-1,"e":"x"},{"n":1.5,"t":"é"},{"t":"a\u0000b","n":1e300},{"t":"A","n":2},
  {"t":"10","n":10,"d":"2024-01-01T00:00:00.001Z"},{"t":"9","n":9007199254740993,"b":true},
  {"t":"%","n":-0.5,"j":"text"},{"t":"zz","n":1,"e":"y"},{"t":null,"n":3},{"t":"a","n":1},{"n":-1e300,"t":"_"}
])";

struct Rows {
  storage::Store store{
      storage::make_memory_backend(),
      {},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  std::shared_ptr<const database::Schema> schema;
  std::unique_ptr<Transaction> transaction;

  Rows() {
    database::Catalog catalog;
    schema = database::Schema::build(codec::parse_json(kData)->as_object(), catalog, true).value();
    transaction = store.begin({}).value();
    std::vector<json::object> rows;
    for (const json::value& row : codec::parse_json(kRows)->as_array())
      rows.push_back(row.as_object());
    const auto& access = database::unrestricted_access_for_the_node_itself();
    database::Writer writer(kApplication, *schema, *transaction, access, system_clock());
    for (const char* entity : {"plain", "indexed"}) {
      static_cast<void>(writer.create(*schema->find(entity), rows).value());
    }
  }
};

struct Answer {
  bool is_refused = true;
  std::string rows;
  std::uint64_t count = 0;
  bool operator==(const Answer&) const = default;
};

Answer ask(Rows& rows, const char* name, const json::object& options) {
  const database::Entity& entity = *rows.schema->find(name);
  auto query = database::parse_query(entity, options, {});
  if (!query) return {};
  // An index walked backward gives rows of equal values in the other order, as SQLite's do.
  if (query->sort != nullptr && query->sort->type != database::FieldType::kPrimary)
    query->descending = false;
  const auto& access = database::unrestricted_access_for_the_node_itself();
  database::Reader reader(kApplication, *rows.transaction, access);
  Answer answer;
  const auto page = reader.read_many(entity, *query, answer.rows);
  if (!page) return {};
  answer.is_refused = false;
  answer.count = page->count;
  const auto counted = reader.count(entity, query->where, query->where_json);
  if (!counted || (query->join.empty() && *counted != page->count)) std::abort();
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Rows rows;
  const auto parsed = codec::parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  const json::object& options = parsed->get_object();
  if (ask(rows, "plain", options) != ask(rows, "indexed", options)) std::abort();
  return 0;
}
