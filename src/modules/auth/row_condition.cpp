#include "modules/auth/row_condition.hpp"

#include "modules/auth/policy_names.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

namespace noded::auth {
namespace {

struct Opposite {
  std::string_view op;
  std::string_view opposite;
  bool is_of_null;  // one of them holds for null
};
constexpr std::array<Opposite, 10> kOpposites{{
    {"$eq", "$ne", false},
    {"$ne", "$eq", false},
    {"$gt", "$lte", false},
    {"$gte", "$lt", false},
    {"$lt", "$gte", false},
    {"$lte", "$gt", false},
    {"$in", "$notin", false},
    {"$notin", "$in", false},
    {"$isnull", "$notnull", true},
    {"$notnull", "$isnull", true},
}};

const Opposite* find_opposite(std::string_view op) {
  const auto* found = std::ranges::find(kOpposites, op, &Opposite::op);
  return found == kOpposites.end() ? nullptr : found;
}

bool names_resource(const json::value& value) {
  if (value.is_string()) return !field_of_resource(variable_name(value.get_string())).empty();
  if (value.is_array()) return std::ranges::any_of(value.get_array(), names_resource);
  if (!value.is_object()) return false;
  return std::ranges::any_of(value.get_object(), [](const auto& member) {
    return !field_of_resource(member.key()).empty() || names_resource(member.value());
  });
}

std::unexpected<Error> refused(std::string_view member, std::string_view why) {
  return fail(Errc::kInvalid, std::string(member).append(": ").append(why));
}

json::object operators_of(const json::value& value) {
  return value.is_object() ? value.get_object() : json::object{{"$eq", value}};
}

Result<> check_member(
    std::string_view path, const json::value& value, std::string_view permission, bool must_negate
) {
  if (!is_about_rows(permission)) {
    return refused(
        path,
        "the permission \"" + std::string(permission) +
            "\" is about no row; resource is known to data.entity.read, create, update and delete"
    );
  }
  if (field_of_resource(path).contains('.'))
    return refused(path, "only fields of the row itself are allowed: resource.<field>");
  if (names_resource(value))
    return refused(path, "two fields of the row cannot be compared with each other");
  if (!must_negate) return {};
  for (const auto& member : operators_of(value)) {
    if (find_opposite(member.key()) != nullptr) continue;
    return refused(
        path,
        "in a policy that denies or filters resource is compared with $eq, $ne, $gt, $gte, $lt, "
        "$lte, $in, $notin, $isnull or $notnull"
    );
  }
  return {};
}

// "owner" of {"user.id":"@resource.owner"}, which says the same as {"resource.owner":"@user.id"}.
std::string_view compared_field(const json::value& value) {
  const json::value* operand = &value;
  if (value.is_object() && value.get_object().size() == 1) {
    const json::value* equal = value.get_object().if_contains("$eq");
    if (equal != nullptr) operand = equal;
  }
  if (!operand->is_string()) return {};
  return field_of_resource(variable_name(operand->get_string()));
}

Result<database::Filter> compile(
    const database::Entity& entity, std::string_view field, std::string_view op, json::value operand
) {
  const json::object where{{field, json::object{{op, std::move(operand)}}}};
  return database::Filter::compile(entity, where, database::Grammar::kPolicy, false, true);
}

}  // namespace

bool is_about_rows(std::string_view permission) noexcept {
  constexpr std::array<std::string_view, 4> kOfRows{
      "data.entity.read", "data.entity.create", "data.entity.update", "data.entity.delete"
  };
  return std::ranges::find(kOfRows, permission) != kOfRows.end();
}

Result<SplitCondition> split_condition(
    const json::object& condition, std::string_view permission, bool must_negate
) {
  SplitCondition split;
  for (const auto& [key, value] : condition) {
    std::string path(key);
    json::value operand = value;
    if (const std::string_view field = compared_field(value);
        !field.empty() && field_of_resource(path).empty() && path != "$or" && path != "auth.amr") {
      operand = "@" + path;
      path = "resource." + std::string(field);
    }
    if (!field_of_resource(path).empty()) {
      if (auto checked = check_member(path, operand, permission, must_negate); !checked)
        return std::unexpected(std::move(checked.error()));
      const bool is_new = split.row.emplace(field_of_resource(path), std::move(operand)).second;
      if (!is_new) return refused(path, "stands there twice; one object takes several operators");
      continue;
    }
    if (names_resource(value)) {
      return refused(
          path,
          path == "$or"
              ? "resource cannot stand in $or; a policy for each alternative says the same"
              : "@resource.<field> can only be the whole operand of $eq"
      );
    }
    split.known.emplace(key, value);
  }
  return split;
}

Result<> check_filter_variables(const json::object& filter) {
  for (const auto& [key, value] : filter) {
    if (!names_resource(value)) continue;
    return refused(
        key,
        "@resource is for conditions; the members of a filter are the fields of the row already"
    );
  }
  return {};
}

Result<database::Filter> rows_where(const database::Entity& entity, const json::object& row) {
  return database::Filter::compile(entity, row, database::Grammar::kPolicy, false, true);
}

Result<database::Filter> rows_where_not(const database::Entity& entity, const json::object& row) {
  database::Filter others;
  const auto add = [&](std::string_view field, std::string_view op, const json::value& operand) {
    auto compiled = compile(entity, field, op, operand);
    if (!compiled) return Result<>(std::unexpected(std::move(compiled.error())));
    std::ranges::move(compiled->any, std::back_inserter(others.any));
    return Result<>();
  };
  for (const auto& [field, value] : row) {
    for (const auto& [op, operand] : operators_of(value)) {
      const Opposite& opposite = *find_opposite(op);
      if (auto added = add(field, opposite.opposite, operand); !added)
        return std::unexpected(std::move(added.error()));
      if (opposite.is_of_null) continue;
      if (auto added = add(field, "$isnull", true); !added)
        return std::unexpected(std::move(added.error()));
    }
  }
  return others;
}

}  // namespace noded::auth
