#include "modules/system/plan_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>

namespace noded::system {
namespace {

namespace json = boost::json;
using database::SchemaPlan;

// "data.entities.posts" has 0 dots behind the name, "data.entities.posts.fields" has 1.
bool is_below_entities(std::string_view path, std::ptrdiff_t dots) {
  constexpr std::string_view kEntities = "data.entities.";
  return path.starts_with(kEntities) &&
         std::ranges::count(path.substr(kEntities.size()), '.') == dots;
}

bool is_of_the_schema(std::string_view path) {
  return path == "data.relations" || path == "data.indices" ||
         (is_below_entities(path, 1) && path.ends_with(".fields"));
}

void compare(
    const json::object& before,
    const json::object& after,
    const std::string& prefix,
    std::vector<std::string>& paths
) {
  std::set<std::string> names;
  for (const json::object* side : {&before, &after}) {
    for (const auto& member : *side)
      names.emplace(member.key());
  }
  for (const std::string& name : names) {
    const json::value* old_value = before.if_contains(name);
    const json::value* new_value = after.if_contains(name);
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    if (is_of_the_schema(path)) continue;
    if (old_value == nullptr || new_value == nullptr) {
      if (!is_below_entities(path, 0)) paths.push_back(path);
    } else if (old_value->is_object() && new_value->is_object()) {
      compare(old_value->get_object(), new_value->get_object(), path, paths);
    } else if (*old_value != *new_value) {
      paths.push_back(path);
    }
  }
}

std::string_view word_of(SchemaPlan::What what, std::string_view changed) {
  switch (what) {
    case SchemaPlan::What::kAdded:
      return "added";
    case SchemaPlan::What::kRemoved:
      return "removed";
    case SchemaPlan::What::kChanged:
      break;
  }
  return changed;
}

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values)
    out.emplace_back(value);
  return out;
}

json::array entities_json(const SchemaPlan& plan) {
  json::array out;
  for (const auto& entity : plan.entities) {
    out.push_back(json::object{
        {"change", word_of(entity.what, "changed")},
        {"name", entity.name},
        {"rows", entity.rows},
    });
  }
  return out;
}

json::array fields_json(const SchemaPlan& plan) {
  json::array out;
  for (const auto& field : plan.fields) {
    out.push_back(json::object{
        {"change", word_of(field.what, "changed")},
        {"entity", field.entity},
        {"name", field.name},
        {"members", texts(field.members)},
    });
  }
  return out;
}

json::array relations_json(const SchemaPlan& plan) {
  json::array out;
  for (const auto& relation : plan.relations) {
    out.push_back(
        json::object{{"change", word_of(relation.what, "changed")}, {"name", relation.name}}
    );
  }
  return out;
}

json::array indices_json(const SchemaPlan& plan) {
  json::array out;
  for (const auto& index : plan.indices) {
    out.push_back(json::object{
        {"change", word_of(index.what, "rebuilt")},
        {"name", index.name},
        {"entity", index.entity},
        {"fields", texts(index.fields)},
        {"unique", index.unique},
        {"rows", index.rows},
    });
  }
  return out;
}

}  // namespace

std::vector<std::string> differing_settings(const json::object& before, const json::object& after) {
  std::vector<std::string> paths;
  compare(before, after, "", paths);
  return paths;
}

json::object to_json(const WholePlan& plan) {
  json::array obstacles;
  for (const Obstacle& obstacle : plan.obstacles)
    obstacles.push_back(json::object{{"place", obstacle.place}, {"reason", obstacle.reason}});
  json::value rate = nullptr;
  json::value seconds = nullptr;
  if (plan.schema.rows_per_second > 0) {
    rate = plan.schema.rows_per_second;
    seconds = (plan.schema.rows + plan.schema.rows_per_second - 1) / plan.schema.rows_per_second;
  }
  return {
      {"changes", !plan.is_empty()},
      {"obstacles", std::move(obstacles)},
      {"entities", entities_json(plan.schema)},
      {"fields", fields_json(plan.schema)},
      {"relations", relations_json(plan.schema)},
      {"indices", indices_json(plan.schema)},
      {"settings", texts(plan.settings)},
      {"rows", plan.schema.rows},
      {"rows_per_second", std::move(rate)},
      {"seconds", std::move(seconds)},
  };
}

}  // namespace noded::system
