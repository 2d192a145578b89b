#include "bknd/application.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace noded::bknd {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 5> kModules{"server", "data", "auth", "media", "flows"};
constexpr std::array<std::string_view, 3> kAdapters{"s3", "cloudinary", "local"};
constexpr std::array<std::string_view, 3> kStrategies{"password", "oauth", "custom_oauth"};

json::object* object_at(json::object& parent, std::string_view name) {
  json::value* value = parent.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string text_at(const json::object& parent, std::string_view name, std::string_view otherwise) {
  const json::value* value = parent.if_contains(name);
  return std::string(
      value != nullptr && value->is_string() ? std::string_view(value->get_string()) : otherwise
  );
}

bool is_on(const json::object& module) {
  const json::value* enabled = module.if_contains("enabled");
  return enabled != nullptr && enabled->is_bool() && enabled->get_bool();
}

bool contains(std::span<const std::string_view> all, std::string_view name) {
  return std::ranges::find(all, name) != all.end();
}

class Selection {
 public:
  explicit Selection(json::object configuration) {
    taken_.configuration = std::move(configuration);
  }

  Application run() && {
    drop_modules();
    if (json::object* data = object_at(taken_.configuration, "data")) take_entities(*data);
    if (json::object* auth = object_at(taken_.configuration, "auth")) take_auth(*auth);
    if (json::object* media = object_at(taken_.configuration, "media")) take_media(*media);
    if (json::object* flows = object_at(taken_.configuration, "flows")) take_flows(*flows);
    return std::move(taken_);
  }

 private:
  void leave_out(std::string where, std::string why) {
    taken_.omissions.push_back({std::move(where), {}, {}, std::move(why)});
  }

  void add_entity(std::string name) {
    if (std::ranges::find(taken_.entities, name) == taken_.entities.end())
      taken_.entities.push_back(std::move(name));
  }

  void drop_modules() {
    json::object kept;
    for (const auto& member : taken_.configuration) {
      if (contains(kModules, member.key())) {
        kept.emplace(member.key(), member.value());
      } else {
        leave_out(member.key(), "noded has no module of that name");
      }
    }
    taken_.configuration = std::move(kept);
  }

  void take_entities(json::object& data) {
    const json::object* entities = object_at(data, "entities");
    for (std::size_t i = 0; entities != nullptr && i < entities->size(); ++i)
      add_entity((entities->begin() + static_cast<std::ptrdiff_t>(i))->key());
  }

  void take_auth(json::object& auth) {
    if (is_on(auth)) add_entity(text_at(auth, "entity_name", "users"));
    json::object* strategies = object_at(auth, "strategies");
    if (strategies == nullptr) return;
    json::object kept;
    for (const auto& member : *strategies) {
      const json::object* strategy = member.value().if_object();
      const std::string type = strategy == nullptr ? "" : text_at(*strategy, "type", "");
      if (!contains(kStrategies, type)) {
        leave_out(
            "auth.strategies." + std::string(member.key()),
            fmt::format("noded has no way of logging in of the type \"{}\"", type)
        );
        continue;
      }
      kept.emplace(member.key(), member.value());
      if (type != "password" && is_on(*strategy)) {
        taken_.notes.push_back(fmt::format(
            "auth: the strategy \"{}\" is configured, but nobody can log in by {} yet",
            std::string_view(member.key()),
            type
        ));
      }
    }
    *strategies = std::move(kept);
  }

  void take_media(json::object& media) {
    if (is_on(media)) add_entity(text_at(media, "entity_name", "media"));
    const json::object* adapter = object_at(media, "adapter");
    if (adapter == nullptr) return;
    const std::string type = text_at(*adapter, "type", "");
    if (contains(kAdapters, type)) {
      taken_.notes.push_back(
          "media: the list of files is taken, their bytes stay where the adapter \"" + type +
          "\" keeps them"
      );
      return;
    }
    leave_out("media.adapter", "noded has no adapter of the type \"" + type + "\"");
    media.erase("adapter");
  }

  void take_flows(json::object& flows) {
    const json::object* all = object_at(flows, "flows");
    if (all == nullptr || all->empty()) return;
    taken_.notes.push_back(fmt::format("flows: {} are configured, but do not run yet", all->size())
    );
  }

  Application taken_;
};

}  // namespace

Application application_of(json::object configuration) {
  return Selection(std::move(configuration)).run();
}

}  // namespace noded::bknd
