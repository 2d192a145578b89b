// Configurations of the data module: whatever JSON they are, a schema is built or refused, and what
// is built can be built again from its dump.
#include "codec/json.hpp"
#include "repository/database/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = noded::codec::parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  noded::database::Catalog catalog;
  const auto schema = noded::database::Schema::build(parsed->get_object(), catalog, true);
  if (!schema) return 0;
  const auto again = noded::database::Schema::build((*schema)->dump(), catalog, true);
  if (!again || (*again)->dump() != (*schema)->dump()) std::abort();
  const auto copy = noded::database::Catalog::parse(catalog.serialise());
  if (!copy || *copy != catalog) std::abort();
  return 0;
}
