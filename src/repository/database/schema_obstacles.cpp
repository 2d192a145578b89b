#include "repository/database/schema_obstacles.hpp"

#include "repository/database/schema.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace noded::database {
namespace {

// The search takes time with the square of their number.
constexpr std::size_t kMostSearched = 500;

const json::object& members_of(const json::object& data, std::string_view name) {
  static const json::object kNone;
  const json::value* members = data.if_contains(name);
  return members != nullptr && members->is_object() ? members->get_object() : kNone;
}

std::optional<std::string> refusal_of(const json::object& data) {
  Catalog scratch;
  const auto built = Schema::build(data, scratch, true);
  if (built) return std::nullopt;
  return built.error().message;
}

// Builds `data` with one member at a time of each kind, so that no mistake hides another.
class ObstacleSearch {
 public:
  explicit ObstacleSearch(const json::object& data) : data_(data) {
    for (const auto& [name, value] : members_of(data, "entities"))
      bare_[name] = json::object{{"fields", json::object()}};
  }

  std::vector<SchemaObstacle> run() {
    sound_ = bare_;
    for (const auto& [name, value] : members_of(data_, "entities")) {
      json::object entities = bare_;
      entities[name] = value;
      if (!try_with("entities", name, {{"entities", entities}})) continue;
      sound_[name] = value;
    }
    for (const std::string_view kind : {"relations", "indices"}) {
      for (const auto& [name, value] : members_of(data_, kind)) {
        const json::object one{{name, value}};
        try_with(kind, name, {{"entities", sound_}, {kind, one}});
      }
    }
    // What only shows when all come together: two relations under one name.
    if (auto reason = refusal_of(data_); reason && found_.empty())
      found_.push_back({"relations", std::move(*reason)});
    return std::move(found_);
  }

 private:
  bool try_with(std::string_view kind, std::string_view name, const json::object& part) {
    auto reason = refusal_of(part);
    if (!reason) return true;
    found_.push_back({std::string(kind).append("/").append(name), std::move(*reason)});
    return false;
  }

  const json::object& data_;
  json::object bare_;   // all entities without fields
  json::object sound_;  // those with fields that can be built
  std::vector<SchemaObstacle> found_;
};

}  // namespace

std::vector<SchemaObstacle> find_obstacles(const json::object& data) {
  auto first = refusal_of(data);
  if (!first) return {};
  std::size_t members = 0;
  for (const std::string_view kind : {"entities", "relations", "indices"})
    members += members_of(data, kind).size();
  if (members > kMostSearched) return {{"entities", std::move(*first)}};
  return ObstacleSearch(data).run();
}

}  // namespace noded::database
