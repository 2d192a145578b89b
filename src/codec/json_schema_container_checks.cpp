// Objects and arrays.
#include "codec/ecmascript_value.hpp"
#include "codec/json.hpp"
#include "codec/json_schema_checks.hpp"

#include <algorithm>
#include <compare>
#include <optional>
#include <span>
#include <vector>

namespace noded::codec::checks {
namespace {

namespace json = boost::json;

const SchemaNode* find_named(const Keyword* keyword, std::string_view name) {
  if (keyword == nullptr) return nullptr;
  const auto found = std::ranges::lower_bound(keyword->named, name, {}, &NamedSchema::name);
  return found != keyword->named.end() && found->name == name ? found->schema : nullptr;
}

bool matches_any(Validation& validation, const Keyword* pattern_properties, std::string_view name) {
  if (pattern_properties == nullptr) return false;
  return std::ranges::any_of(pattern_properties->named, [&](const NamedSchema& named) {
    return validation.matches(*named.pattern, name);
  });
}

std::string with_count(std::string_view before, double count, std::string_view behind) {
  std::string out(before);
  append_json_number(out, count);
  out += behind;
  return out;
}

// How many items have a schema of their own.
std::size_t prefix_length(const Keyword& keyword) {
  const Keyword* prefix = keyword.owner->find("prefixItems");
  return prefix == nullptr ? 0 : prefix->schemas.size();
}

// From `first` on.
bool check_items(
    Validation& validation,
    const Keyword& keyword,
    const value& instance,
    const Place& place,
    std::size_t first
) {
  if (!instance.is_array()) return true;
  const json::array& array = instance.get_array();
  for (std::size_t index = first; index < array.size(); ++index) {
    const std::string segment = std::to_string(index);
    if (!validation.check(*keyword.schema, array[index], {place, keyword.name, {}, segment}))
      return false;
  }
  return true;
}

struct Hashed {
  std::size_t hash = 0;
  std::size_t index = 0;
  friend auto operator<=>(const Hashed&, const Hashed&) = default;
};

struct Duplicates {
  std::size_t index = 0;
  std::size_t other = 0;
};

// The first two equal ones among items of one hash, which are in the order of their indexes.
std::optional<Duplicates> find_duplicates(
    Validation& validation, const json::array& array, std::span<const Hashed> items
) {
  for (std::size_t at = 0; at < items.size(); ++at) {
    for (std::size_t next = at + 1; next < items.size(); ++next) {
      if (!validation.spend(1)) return std::nullopt;
      if (!is_same_value(array[items[at].index], array[items[next].index])) continue;
      return Duplicates{.index = items[at].index, .other = items[next].index};
    }
  }
  return std::nullopt;
}

}  // namespace

bool properties(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object()) return true;
  for (const auto& [name, member] : instance.get_object()) {
    const SchemaNode* schema = find_named(&keyword, name);
    if (schema == nullptr) continue;
    if (!validation.check(*schema, member, {place, keyword.name, name, name})) return false;
  }
  return true;
}

bool pattern_properties(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object()) return true;
  for (const auto& [name, member] : instance.get_object()) {
    for (const NamedSchema& named : keyword.named) {
      if (!validation.matches(*named.pattern, name)) continue;
      if (!validation.check(*named.schema, member, {place, keyword.name, {}, name})) return false;
    }
  }
  return true;
}

bool additional_properties(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object() || keyword.schema->kind == SchemaNode::Kind::kAlways) return true;
  const Keyword* known = keyword.owner->find("properties");
  const Keyword* patterns = keyword.owner->find("patternProperties");
  json::object refused;
  for (const auto& [name, member] : instance.get_object()) {
    if (find_named(known, name) != nullptr || matches_any(validation, patterns, name)) continue;
    if (keyword.schema->kind == SchemaNode::Kind::kNever) {
      if (validation.is_silent()) return false;
      refused.emplace(name, member);
    } else if (!validation.check(*keyword.schema, member, {place, keyword.name, {}, name})) {
      return false;
    }
  }
  return refused.empty() ||
         validation.refuse(
             keyword.name, place, "Additional properties are not allowed", std::move(refused)
         );
}

bool property_names(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object()) return true;
  return std::ranges::all_of(instance.get_object(), [&](const auto& member) {
    const value name = json::string(member.key());
    return validation.check(*keyword.schema, name, {place, keyword.name, {}, member.key()});
  });
}

bool required(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object()) return true;
  const json::array& names = keyword.value->get_array();
  const bool has_all = std::ranges::all_of(names, [&](const value& name) {
    return instance.get_object().contains(name.get_string());
  });
  if (has_all) return true;
  std::string error = "Expected object with required properties ";
  for (const value& name : names) {
    if (&name != names.data()) error += ", ";
    error += std::string_view(name.get_string());
  }
  return validation.refuse(keyword.name, place, std::move(error), instance);
}

bool min_properties(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object() || static_cast<double>(instance.get_object().size()) >= keyword.number)
    return true;
  return validation.refuse(
      keyword.name,
      place,
      with_count("Expected object with at least ", keyword.number, " properties"),
      instance
  );
}

bool max_properties(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object() || static_cast<double>(instance.get_object().size()) <= keyword.number)
    return true;
  return validation.refuse(
      keyword.name,
      place,
      with_count("Expected object with at most ", keyword.number, " properties"),
      instance
  );
}

bool dependent_required(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object()) return true;
  const json::object& object = instance.get_object();
  for (const auto& [name, dependents] : keyword.value->get_object()) {
    if (!dependents.is_array() || !object.contains(name)) continue;
    for (const value& dependent : dependents.get_array()) {
      if (object.contains(dependent.get_string())) continue;
      std::string error = "Expected dependent required property ";
      error += std::string_view(dependent.get_string());
      return validation.refuse("dependentRequired", place, std::move(error), instance);
    }
  }
  return true;
}

bool dependent_schemas(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_object()) return true;
  return std::ranges::all_of(keyword.named, [&](const NamedSchema& named) {
    return !instance.get_object().contains(named.name) ||
           validation.check(*named.schema, instance, place);
  });
}

bool items(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return check_items(validation, keyword, instance, place, prefix_length(keyword));
}

bool additional_items(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  const Keyword* list = keyword.owner->find("items");
  if (list == nullptr || !list->value->is_array()) return true;
  return check_items(validation, keyword, instance, place, list->schemas.size());
}

bool prefix_items(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_array()) return true;
  const json::array& array = instance.get_array();
  for (std::size_t index = 0; index < std::min(array.size(), keyword.schemas.size()); ++index) {
    const std::string segment = std::to_string(index);
    if (!validation.check(*keyword.schemas[index], array[index], {place, segment, {}, segment}))
      return false;
  }
  return true;
}

bool min_items(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_array() || static_cast<double>(instance.get_array().size()) >= keyword.number)
    return true;
  return validation.refuse(
      keyword.name,
      place,
      with_count("Expected array with at least ", keyword.number, " items"),
      instance
  );
}

bool max_items(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_array() || static_cast<double>(instance.get_array().size()) <= keyword.number)
    return true;
  return validation.refuse(
      keyword.name,
      place,
      with_count("Expected array with at most ", keyword.number, " items"),
      instance
  );
}

bool unique_items(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_array() || !keyword.value->get_bool()) return true;
  const json::array& array = instance.get_array();
  std::vector<Hashed> items(array.size());
  for (std::size_t index = 0; index < array.size(); ++index)
    items[index] = {hash_value_of(array[index]), index};
  std::ranges::sort(items);
  std::optional<Duplicates> first;
  for (auto from = items.begin(); from != items.end();) {
    const auto to = std::find_if(from, items.end(), [from](const Hashed& item) {
      return item.hash != from->hash;
    });
    const auto found = find_duplicates(validation, array, {from, to});
    if (found && (!first || found->index < first->index)) first = found;
    from = to;
  }
  if (!first) return !validation.is_exhausted();
  return validation.refuse(
      keyword.name,
      place,
      "Duplicated items at index " + std::to_string(first->index) + " and " +
          std::to_string(first->other),
      instance
  );
}

bool contains(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_array()) return true;
  const Keyword* least = keyword.owner->find("minContains");
  const Keyword* most = keyword.owner->find("maxContains");
  const double lowest = least == nullptr ? 1 : least->number;
  const auto found =
      static_cast<double>(std::ranges::count_if(instance.get_array(), [&](const value& item) {
        return validation.is_valid(*keyword.schema, item, place);
      }));
  const auto refuse = [&](std::string_view name, std::string_view text, double bound) {
    return validation.refuse(
        name, place, with_count(text, bound, with_count(", but found ", found, "")), instance
    );
  };
  if (found < lowest) {
    return refuse(
        least == nullptr ? "contains" : "minContains", "Expected array to contain at least ", lowest
    );
  }
  if (most != nullptr && found > most->number) {
    return refuse("maxContains", "Expected array to contain at most ", most->number);
  }
  return true;
}

}  // namespace noded::codec::checks
