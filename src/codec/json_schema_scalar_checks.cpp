// Types, constants, strings and numbers; and the keywords that combine schemas.
#include "codec/ecmascript_value.hpp"
#include "codec/json.hpp"
#include "codec/json_schema_checks.hpp"
#include "codec/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace noded::codec::checks {
namespace {

bool is_integer(const value& instance) {
  if (instance.is_int64() || instance.is_uint64()) return true;
  return instance.is_double() && std::isfinite(instance.get_double()) &&
         std::trunc(instance.get_double()) == instance.get_double();
}

bool is_of_type(std::string_view type, const value& instance) {
  if (type == "string") return instance.is_string();
  if (type == "number") return instance.is_number();
  if (type == "integer") return is_integer(instance);
  if (type == "object") return instance.is_object();
  if (type == "array") return instance.is_array();
  if (type == "boolean") return instance.is_bool();
  return instance.is_null();
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); text.remove_prefix(decode_utf8(text).length))
    ++count;
  return count;
}

std::string with_number(std::string_view text, double number) {
  std::string out(text);
  append_json_number(out, number);
  return out;
}

// The number of an instance, or one that satisfies `is_met` for what is no number.
template <class IsMet>
bool check_number(
    Validation& validation,
    const Keyword& keyword,
    const value& instance,
    const Place& place,
    const char* text,
    IsMet is_met
) {
  if (!instance.is_number() || is_met(instance.to_number<double>(), keyword.number)) return true;
  return validation.refuse(keyword.name, place, with_number(text, keyword.number), instance);
}

std::size_t count_valid(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return static_cast<std::size_t>(std::ranges::count_if(
      keyword.schemas,
      [&](const SchemaNode* schema) { return validation.is_valid(*schema, instance, place); }
  ));
}

}  // namespace

bool type(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (keyword.value->is_string()) {
    const std::string_view name = keyword.value->get_string();
    if (is_of_type(name, instance)) return true;
    return validation.refuse(keyword.name, place, "Expected " + std::string(name), instance);
  }
  std::string names;
  for (const value& name : keyword.value->get_array()) {
    if (is_of_type(name.get_string(), instance)) return true;
    if (!names.empty()) names += ", ";
    names += std::string_view(name.get_string());
  }
  return validation.refuse(keyword.name, place, "Expected one of: " + names, instance);
}

bool enumeration(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  const auto& options = keyword.value->get_array();
  if (!validation.spend(options.size() / 8)) return false;
  const bool is_option = std::ranges::any_of(options, [&](const value& option) {
    return is_same_value(option, instance);
  });
  if (is_option) return true;
  return validation.refuse(
      keyword.name, place, "Expected enum: " + to_json_text(*keyword.value), instance
  );
}

bool constant(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (is_same_value(*keyword.value, instance)) return true;
  return validation.refuse(
      keyword.name, place, "Expected const: " + to_template_text(*keyword.value), instance
  );
}

bool min_length(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_string()) return true;
  if (static_cast<double>(count_code_points(instance.get_string())) >= keyword.number) return true;
  return validation.refuse(
      keyword.name,
      place,
      with_number("Expected string with minimum length of ", keyword.number),
      instance
  );
}

bool max_length(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_string()) return true;
  if (static_cast<double>(count_code_points(instance.get_string())) <= keyword.number) return true;
  return validation.refuse(
      keyword.name,
      place,
      with_number("Expected string with maximum length of ", keyword.number),
      instance
  );
}

bool pattern(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_string() || validation.matches(*keyword.pattern, instance.get_string()))
    return true;
  std::string error = "Expected string matching pattern ";
  error += std::string_view(keyword.value->get_string());
  return validation.refuse(keyword.name, place, std::move(error), instance);
}

bool format(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  if (!instance.is_string() || keyword.format == nullptr || keyword.format(instance.get_string()))
    return true;
  std::string error = "Expected format: ";
  error += std::string_view(keyword.value->get_string());
  return validation.refuse(keyword.name, place, std::move(error), instance);
}

bool minimum(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return check_number(
      validation,
      keyword,
      instance,
      place,
      "Expected number greater than or equal to ",
      std::greater_equal<double>()
  );
}

bool maximum(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return check_number(
      validation,
      keyword,
      instance,
      place,
      "Expected number less than or equal to ",
      std::less_equal<double>()
  );
}

bool exclusive_minimum(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return check_number(
      validation, keyword, instance, place, "Expected number greater than ", std::greater<double>()
  );
}

bool exclusive_maximum(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return check_number(
      validation, keyword, instance, place, "Expected number less than ", std::less<double>()
  );
}

bool multiple_of(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  const auto is_multiple = [](double number, double divisor) {
    const double quotient = number / divisor;
    const double tolerance =
        std::numeric_limits<double>::epsilon() * std::max(1.0, std::abs(quotient));
    return std::abs(quotient - std::round(quotient)) <= tolerance;
  };
  return check_number(
      validation, keyword, instance, place, "Expected number being a multiple of ", is_multiple
  );
}

bool any_of(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  const bool matches = std::ranges::any_of(keyword.schemas, [&](const SchemaNode* schema) {
    return validation.is_valid(*schema, instance, place);
  });
  return matches ||
         validation.refuse(keyword.name, place, "Expected at least one to match", instance);
}

bool one_of(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return count_valid(validation, keyword, instance, place) == 1 ||
         validation.refuse(keyword.name, place, "Expected exactly one to match", instance);
}

bool all_of(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return count_valid(validation, keyword, instance, place) == keyword.schemas.size() ||
         validation.refuse(keyword.name, place, "Expected all to match", instance);
}

bool negation(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return !validation.is_valid(*keyword.schema, instance, place) ||
         validation.refuse(keyword.name, place, "Expected not to match", instance);
}

bool condition(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  const Keyword* then = keyword.owner->find("then");
  const Keyword* otherwise = keyword.owner->find("else");
  if (then == nullptr && otherwise == nullptr) return true;
  const Keyword* branch = validation.is_valid(*keyword.schema, instance, place) ? then : otherwise;
  return branch == nullptr || validation.check(*branch->schema, instance, place);
}

bool reference(
    Validation& validation, const Keyword& keyword, const value& instance, const Place& place
) {
  return validation.check(*keyword.schema, instance, place);
}

}  // namespace noded::codec::checks
