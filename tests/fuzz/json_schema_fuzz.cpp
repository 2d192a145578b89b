// {"schema":…,"instance":…}: neither compiling nor validating may fail other than by its answer.
#include "codec/json.hpp"
#include "codec/json_schema.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = noded::codec;
  const auto input = codec::parse_json({reinterpret_cast<const char*>(data), size});
  if (!input || !input->is_object()) return 0;
  const auto* schema = input->get_object().if_contains("schema");
  const auto* instance = input->get_object().if_contains("instance");
  if (schema == nullptr) return 0;
  const auto compiled = codec::JsonSchema::compile(*schema);
  if (!compiled) return 0;
  const auto errors = (*compiled)->validate(instance == nullptr ? *schema : *instance);
  codec::validation_answer(errors, (*compiled)->source());
  (*compiled)->template_of_defaults();
  return 0;
}
