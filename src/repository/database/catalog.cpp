#include "codec/json.hpp"
#include "repository/database/schema.hpp"

#include <algorithm>
#include <limits>

namespace noded::database {
namespace {

// {"format":1,"entities":{"posts":{"id":1,"fields":{"title":1}}},
//  "indices":[{"id":1,"entity":1,"fields":[1],"unique":false}],"next_entity":2,"next_index":2}
constexpr std::int64_t kFormat = 1;

std::unexpected<Error> damaged(std::string_view what) {
  return fail(Errc::kInternal, "the stored catalogue is damaged: " + std::string(what));
}

// A member that is an integer from 1 to the largest T; empty otherwise.
template <class T>
std::optional<T> number_of(const json::value* value) {
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const std::int64_t number = value->get_int64();
  if (number < 1 || number > std::int64_t{std::numeric_limits<T>::max()}) return std::nullopt;
  return static_cast<T>(number);
}

std::optional<Catalog::IndexKey> index_key_of(const json::object& stored) {
  const auto entity = number_of<std::uint32_t>(stored.if_contains("entity"));
  const json::value* fields = stored.if_contains("fields");
  const json::value* unique = stored.if_contains("unique");
  if (!entity || fields == nullptr || !fields->is_array() || unique == nullptr ||
      !unique->is_bool()) {
    return std::nullopt;
  }
  Catalog::IndexKey key{*entity, {}, unique->get_bool()};
  for (const json::value& item : fields->get_array()) {
    const auto field = number_of<std::uint16_t>(&item);
    if (!field) return std::nullopt;
    key.fields.push_back(*field);
  }
  return key;
}

}  // namespace

Result<Catalog> Catalog::parse(std::string_view text) {
  Catalog catalog;
  if (text.empty()) return catalog;
  const auto parsed = codec::parse_json(text, "catalogue");
  if (!parsed || !parsed->is_object()) return damaged("it is no JSON object");
  const json::object& stored = parsed->get_object();
  const json::value* format = stored.if_contains("format");
  if (format == nullptr || *format != kFormat) return damaged("unknown format");
  const auto next_entity = number_of<std::uint32_t>(stored.if_contains("next_entity"));
  const auto next_index = number_of<std::uint32_t>(stored.if_contains("next_index"));
  const json::value* entities = stored.if_contains("entities");
  const json::value* indices = stored.if_contains("indices");
  if (!next_entity || !next_index || entities == nullptr || !entities->is_object() ||
      indices == nullptr || !indices->is_array()) {
    return damaged("members are missing");
  }
  catalog.next_entity_ = *next_entity;
  catalog.next_index_ = *next_index;
  for (const auto& [name, value] : entities->get_object()) {
    const json::object* entry = value.if_object();
    const json::value* fields = entry != nullptr ? entry->if_contains("fields") : nullptr;
    const auto id = number_of<std::uint32_t>(entry != nullptr ? entry->if_contains("id") : nullptr);
    if (!id || fields == nullptr || !fields->is_object())
      return damaged("entity " + std::string(name));
    catalog.entities_.emplace(name, *id);
    for (const auto& [field_name, number] : fields->get_object()) {
      const auto field_id = number_of<std::uint16_t>(&number);
      if (!field_id) return damaged("fields of " + std::string(name));
      catalog.fields_.emplace(std::pair(*id, std::string(field_name)), *field_id);
    }
  }
  for (const json::value& value : indices->get_array()) {
    const json::object* entry = value.if_object();
    const auto id = number_of<std::uint32_t>(entry != nullptr ? entry->if_contains("id") : nullptr);
    auto key = entry != nullptr ? index_key_of(*entry) : std::nullopt;
    if (!id || !key) return damaged("indices");
    catalog.indices_.emplace(std::move(*key), *id);
  }
  return catalog;
}

std::string Catalog::serialise() const {
  json::object entities;
  for (const auto& [name, id] : entities_) {
    json::object fields;
    const auto first = fields_.lower_bound(std::pair(id, std::string()));
    for (auto field = first; field != fields_.end() && field->first.first == id; ++field) {
      fields.emplace(field->first.second, field->second);
    }
    entities.emplace(name, json::object{{"id", id}, {"fields", std::move(fields)}});
  }
  json::array indices;
  for (const auto& [key, id] : indices_) {
    json::array fields(key.fields.begin(), key.fields.end());
    indices.push_back(json::object{
        {"id", id}, {"entity", key.entity}, {"fields", std::move(fields)}, {"unique", key.unique}
    });
  }
  return codec::to_json_text(json::object{
      {"format", kFormat},
      {"entities", std::move(entities)},
      {"indices", std::move(indices)},
      {"next_entity", next_entity_},
      {"next_index", next_index_}
  });
}

std::uint32_t Catalog::entity(std::string_view name) {
  const auto known = entities_.find(name);
  if (known != entities_.end()) return known->second;
  entities_.emplace(name, next_entity_);
  return next_entity_++;
}

std::uint16_t Catalog::field(std::uint32_t entity, std::string_view name) {
  const auto known = fields_.find(std::pair(entity, std::string(name)));
  if (known != fields_.end()) return known->second;
  std::uint16_t highest = 0;
  const auto first = fields_.lower_bound(std::pair(entity, std::string()));
  for (auto field = first; field != fields_.end() && field->first.first == entity; ++field) {
    highest = std::max(highest, field->second);
  }
  if (highest == std::numeric_limits<std::uint16_t>::max()) return 0;
  const auto id = static_cast<std::uint16_t>(highest + 1);
  fields_.emplace(std::pair(entity, std::string(name)), id);
  return id;
}

std::uint32_t Catalog::index(
    std::uint32_t entity, const std::vector<std::uint16_t>& fields, bool unique, bool& is_new
) {
  const auto [entry, added] = indices_.try_emplace(IndexKey{entity, fields, unique}, next_index_);
  is_new = added;
  if (added) ++next_index_;
  return entry->second;
}

void Catalog::forget_index(std::uint32_t id) {
  std::erase_if(indices_, [id](const auto& entry) { return entry.second == id; });
}

}  // namespace noded::database
