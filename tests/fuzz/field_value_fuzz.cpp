// Values of requests: {"type","config","value"}. What is stored for a value reads as JSON, and JSON
// that was read can be stored again.
#include "codec/json.hpp"
#include "repository/database/field_config.hpp"
#include "repository/database/field_value.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  const auto parsed = codec::parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  const auto& input = parsed->get_object();
  const auto* type = input.if_contains("type");
  const auto* config = input.if_contains("config");
  const auto* value = input.if_contains("value");
  if (type == nullptr || !type->is_string() || config == nullptr || !config->is_object() ||
      value == nullptr)
    return 0;
  const auto field =
      database::make_field("entity", "field", type->get_string(), config->get_object());
  if (!field || (*field)->type == database::FieldType::kRelation) return 0;
  const auto stored = database::to_stored(**field, *value);
  if (!stored) return 0;
  std::string shown;
  database::append_json(**field, stored->view(), shown);
  if (!codec::parse_json(shown, "value", {.max_depth = 1000})) std::abort();
  return 0;
}
