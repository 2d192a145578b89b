// Edits of a configuration with a path, a query and a value from outside:
// "<kind><path>\n<query>\n<JSON>".
#include "codec/json.hpp"
#include "modules/system/configuration_edit.hpp"
#include "modules/system/query_flags.hpp"
#include "modules/system/secret_paths.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  using noded::system::ConfigurationEdit;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.empty()) return 0;
  ConfigurationEdit edit;
  edit.kind = static_cast<ConfigurationEdit::Kind>(static_cast<unsigned char>(text[0]) % 6);
  text.remove_prefix(1);
  const auto path_end = text.find('\n');
  if (path_end == std::string_view::npos) return 0;
  edit.path = text.substr(0, path_end);
  text.remove_prefix(path_end + 1);
  const auto query_end = text.find('\n');
  if (query_end == std::string_view::npos) return 0;
  (void)system::QueryFlags::parse(text.substr(0, query_end), {"force", "secrets"});
  auto value = codec::parse_json(text.substr(query_end + 1));
  if (!value) return 0;
  edit.value = std::move(*value);

  auto document =
      codec::parse_json(
          R"({"entities":{"a":{"config":{"x":1},"fields":{"f":{"config":{}}}}},"list":[1,{"b":2}],"adapter":{}})"
      )
          ->get_object();
  for (const std::string_view module : {"data", "media"})
    (void)system::apply_edit(document, module, edit);

  // What is cut out and put back is what there was.
  constexpr std::array<std::string_view, 3> kPatterns{"adapter.*", "entities.*.config.x", "list.b"};
  const auto whole = document;
  const auto secrets = system::take_secrets(document, kPatterns);
  system::put_secrets_back(document, secrets);
  if (document != whole) std::abort();
  return 0;
}
