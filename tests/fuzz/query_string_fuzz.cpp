// The options of a read: a query string, and the same bytes as the JSON body of a query and as a
// where.
#include "codec/json.hpp"
#include "modules/data/query_options.hpp"
#include "modules/data/validation.hpp"
#include "repository/database/schema.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace {

using namespace noded;

std::shared_ptr<const database::Schema> make_schema() {
  const auto data = boost::json::parse(R"({"entities":{
    "a":{"fields":{"t":{"type":"text"},"n":{"type":"number"},"b":{"type":"boolean"},
                   "d":{"type":"date"},"j":{"type":"json"}}},
    "b":{"fields":{"t":{"type":"text"}}}},
    "relations":{"n1_a_b":{"type":"n:1","source":"a","target":"b"}},"indices":{}})");
  database::Catalog catalog;
  auto schema = database::Schema::build(data.as_object(), catalog, true);
  if (!schema) __builtin_trap();
  return std::move(*schema);
}

void check(const database::Entity& entity, const Result<data::QueryOptions>& options) {
  const database::QueryLimits limits;
  if (!options) {
    // What a client gets for a refusal is JSON whatever it sent.
    const bool has_body = options.error().type == data::kValidationRefusal;
    if (has_body && !codec::parse_json(options.error().members, "answer")) __builtin_trap();
    return;
  }
  const auto query = data::to_query(entity, *options, limits);
  if (query && query->limit > limits.max_rows) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto schema = make_schema();
  const database::Entity& entity = *schema->find("a");
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check(entity, data::decode_query_string(text));
  if (const auto body = codec::parse_json(text)) {
    check(entity, data::decode_query_body(*body));
    (void)data::decode_where(*body);
  }
  return 0;
}
