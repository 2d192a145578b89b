#include "modules/system/media_module.hpp"

#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <string>
#include <utility>

namespace noded::system {

namespace json = boost::json;

namespace {

constexpr std::string_view kSchema = R"json({
"type": "object", "default": {}, "additionalProperties": false,
"properties": {
  "enabled": {"type": "boolean", "default": false},
  "basepath": {"type": "string", "default": "/api/media"},
  "entity_name": {"type": "string", "default": "media"},
  "storage": {"type": "object", "default": {}, "additionalProperties": false,
    "properties": {
      "body_max_size": {"type": "number", "description": "Largest upload in bytes; none when left out."}}},
  "adapter": {"anyOf": [
    {"type": "object", "title": "AWS S3", "description": "AWS S3 or a store that speaks its protocol",
      "additionalProperties": false,
      "properties": {
        "type": {"const": "s3"},
        "config": {"type": "object", "title": "AWS S3", "description": "AWS S3 or a store that speaks its protocol",
          "properties": {
            "access_key": {"type": "string"},
            "secret_access_key": {"type": "string"},
            "url": {"type": "string", "pattern": "^https?://(?:.*)?[^/.]+$",
              "description": "Address of the bucket, without a slash at its end",
              "examples": ["https://{account_id}.r2.cloudflarestorage.com/{bucket}",
                "https://{bucket}.s3.{region}.amazonaws.com"]}},
          "required": ["access_key", "secret_access_key", "url"]}},
      "required": ["type", "config"]},
    {"type": "object", "title": "Cloudinary", "description": "Files kept at Cloudinary", "additionalProperties": false,
      "properties": {
        "type": {"const": "cloudinary"},
        "config": {"type": "object", "title": "Cloudinary", "description": "Files kept at Cloudinary",
          "properties": {
            "cloud_name": {"type": "string"}, "api_key": {"type": "string"}, "api_secret": {"type": "string"},
            "upload_preset": {"type": "string"}},
          "required": ["cloud_name", "api_key", "api_secret"]}},
      "required": ["type", "config"]},
    {"type": "object", "title": "Local", "description": "A folder of this machine", "additionalProperties": false,
      "properties": {
        "type": {"const": "local"},
        "config": {"type": "object", "title": "Local", "description": "A folder of this machine",
          "additionalProperties": false,
          "properties": {"path": {"type": "string", "default": "./"}}, "required": ["path"]}},
      "required": ["type", "config"]}]}},
"required": ["enabled", "basepath", "entity_name", "storage"]})json";

// The entity of stored files, in the order in which its rows show them.
constexpr std::string_view kFields = R"json({
"path": {"type": "text", "config": {"required": true}},
"folder": {"type": "boolean", "config": {"default_value": false, "hidden": true, "fillable": ["create"]}},
"mime_type": {"type": "text"},
"size": {"type": "number"},
"scope": {"type": "text", "config": {"hidden": true, "fillable": ["create"]}},
"etag": {"type": "text"},
"modified_at": {"type": "date", "config": {"type": "datetime"}},
"reference": {"type": "text"},
"entity_id": {"type": "text"},
"metadata": {"type": "json"}})json";

struct IndexedField {
  std::string_view field;
  bool unique;
};
constexpr std::array kIndexedFields{
    IndexedField{"path", true},
    IndexedField{"reference", false},
    IndexedField{"entity_id", false},
};

json::object& object_at(json::object& parent, std::string_view name) {
  json::value& place = parent[name];
  if (!place.is_object()) place = json::object();
  return place.get_object();
}

void add_index(json::object& indices, const std::string& entity, const IndexedField& indexed) {
  const std::string name = std::string(indexed.unique ? "idx_unique_" : "idx_") + entity + "_" +
                           std::string(indexed.field);
  if (indices.contains(name)) return;
  json::object& index = object_at(indices, name);
  index["entity"] = entity;
  index["fields"] = json::array{json::string(indexed.field)};
  index["unique"] = indexed.unique;
}

class PreparedNothing final : public Module::Prepared {
 public:
  void publish() noexcept override {}
};

}  // namespace

std::string_view MediaModule::schema() const {
  return kSchema;
}

Result<> MediaModule::complete(json::object& application) const {
  const json::object& media = application.at("media").as_object();
  if (!media.at("enabled").as_bool()) return {};
  const std::string name(std::string_view(media.at("entity_name").as_string()));

  json::object& data = object_at(application, "data");
  json::object& entity = object_at(object_at(data, "entities"), name);
  const json::value* type = entity.if_contains("type");
  if (type != nullptr && *type == "generated") {
    return fail(Errc::kInvalid, "media: the entity \"" + name + "\" connects two others");
  }
  entity["type"] = "system";
  auto declared = codec::parse_json(kFields, "media fields");
  if (!declared) return std::unexpected(std::move(declared.error()));
  json::object& fields = object_at(entity, "fields");
  for (auto& [field, declaration] : declared->get_object()) {
    if (!fields.contains(field)) fields[field] = std::move(declaration);
  }
  json::object& indices = object_at(data, "indices");
  for (const IndexedField& indexed : kIndexedFields)
    add_index(indices, name, indexed);
  return {};
}

Result<std::unique_ptr<Module::Prepared>> MediaModule::prepare(const json::object&) {
  return std::make_unique<PreparedNothing>();
}

std::vector<std::string_view> MediaModule::secret_paths() const {
  return {
      "adapter.config.access_key",
      "adapter.config.secret_access_key",
      "adapter.config.api_key",
      "adapter.config.api_secret"
  };
}

}  // namespace noded::system
