// Whole applications, as --app names them and /api/system/config changes them: one is refused, or
// completed as the modules do, and what is complete stays as it is when it is completed again.
#include "codec/json.hpp"
#include "codec/json_schema.hpp"
#include "modules/auth/auth_config.hpp"
#include "modules/auth/auth_schema.hpp"
#include "modules/auth/guard.hpp"
#include "modules/data/data_schema.hpp"
#include "modules/data/entity_description.hpp"
#include "modules/system/flows_module.hpp"
#include "modules/system/media_module.hpp"
#include "modules/system/schema_defaults.hpp"
#include "modules/system/server_module.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace noded;
namespace json = boost::json;

struct Modules {
  system::ServerModule server{[](const system::CorsSettings&) {
  }};
  system::MediaModule media;
  system::FlowsModule flows;
  std::map<std::string, std::shared_ptr<const codec::JsonSchema>> schemas;

  Modules() {
    add("server", server.schema());
    add("data", data::data_schema_text());
    add("auth", auth::auth_schema());
    add("media", media.schema());
    add("flows", flows.schema());
  }
  void add(const char* name, std::string_view text) {
    schemas.emplace(name, codec::JsonSchema::compile(codec::parse_json(text).value()).value());
  }
};

Modules& modules() {
  static Modules all;
  return all;
}

bool complete(json::object& application) {
  for (const auto& [name, schema] : modules().schemas) {
    json::value& part = application[name];
    if (part.is_null()) part = json::object();
    system::fill_defaults(schema->source(), part);
    if (!schema->validate(part).empty()) return false;
  }
  data::complete_data(application.at("data").as_object());
  return modules().server.complete(application) && auth::complete_auth(application) &&
         modules().media.complete(application) && modules().flows.complete(application);
}

// The data part as it is shown once it is in force.
std::shared_ptr<const database::Schema> normalise(json::object& application) {
  database::Catalog catalog;
  json::object& data = application.at("data").as_object();
  auto schema = database::Schema::build(data, catalog, true);
  if (!schema) return nullptr;
  for (auto& [name, value] : (*schema)->dump())
    data[name] = std::move(value);
  return std::move(*schema);
}

void describe(const database::Schema& schema) {
  static_cast<void>(data::type_definitions(schema));
  for (const auto& entity : schema.entities()) {
    std::string text = "[";
    data::append_entity_schema(*entity, {}, "http://localhost", "/api/data", text);
    text += ',';
    data::append_entity_info(*entity, text);
    text += ']';
    if (!codec::parse_json(text, "description", {.max_depth = 200})) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto parsed = codec::parse_json({reinterpret_cast<const char*>(bytes), size});
  if (!parsed || !parsed->is_object()) return 0;
  json::object& application = parsed->get_object();
  if (!complete(application)) return 0;
  const auto schema = normalise(application);
  if (!schema) return 0;
  describe(*schema);
  const auto rules = auth::read_rules(application);
  if (rules && !codec::parse_json(rules->all_strategies)) std::abort();
  static_cast<void>(auth::Guard::compile(application.at("auth").as_object()));
  static_cast<void>(modules().server.prepare(application));
  static_cast<void>(modules().media.prepare(application));
  static_cast<void>(modules().flows.prepare(application));

  json::object again = application;
  if (!complete(again) || !normalise(again)) std::abort();
  if (again != application) std::abort();
  return 0;
}
