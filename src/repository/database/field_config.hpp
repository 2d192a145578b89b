// Field configuration: from the JSON of one field ({"type","config"}, bknd's HTTP contract, chapter
// 5) to a Field. Pure.
#pragma once

#include "noded/result.hpp"

#include "repository/database/schema.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace noded::database {

// Reads members of one configuration object. The first member of a wrong type is remembered;
// status() tells.
class ConfigReader {
 public:
  // `owner` names the object in errors: `field "posts.title"`. The object must outlive the reader.
  ConfigReader(const json::object& config, std::string owner)
      : config_(config), owner_(std::move(owner)) {}

  bool has(std::string_view name) const { return config_.contains(name); }
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<double> number(std::string_view name);
  std::optional<std::uint64_t> count(std::string_view name);
  const json::object* object(std::string_view name);
  const json::array* array(std::string_view name);

  void refuse(std::string reason);  // unless something was refused before
  Result<> status() const;

 private:
  const json::value* member(std::string_view name) const;  // null for JSON null too
  const json::object& config_;
  std::string owner_;
  std::string refusal_;
};

// What names of entities and fields may be: 1 to 64 bytes, without control characters, '.' (paths)
// and a first '$' (operators). `what` is "Entity" or "Field".
Result<> check_name(std::string_view what, std::string_view name);

// A field as configured, with bknd's defaults filled into its configuration; without number and
// target. Errors: kInvalid naming entity and field.
Result<std::unique_ptr<Field>> make_field(
    std::string_view entity,
    std::string_view name,
    std::string_view type,
    const json::object& config
);

// The field that a relation makes on its source: `name` holds keys of `target`. `label` may be
// empty; `extra` is the relation's fieldConfig.
Result<std::unique_ptr<Field>> make_relation_field(
    std::string_view entity,
    std::string_view reference,
    const Entity& target,
    bool required,
    std::string_view label,
    const json::object& extra
);

// "first_name" → "First Name".
std::string label_of(std::string_view name);

// Appends `value` under `name` unless the object has that member.
void set_default(json::object& config, std::string_view name, json::value value);

}  // namespace noded::database
