#include "repository/database/field_value.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "repository/database/operand.hpp"

#include <algorithm>
#include <cmath>

namespace noded::database {
namespace {

constexpr double kExactIntegers = 9007199254740992;  // 2^53
constexpr double kLastDate = 8.64e15;  // ECMA-262 §21.4.1.1: milliseconds either side of 1970
constexpr std::int64_t kDay = 24 * 60 * 60 * 1000;

std::unexpected<Error> refused(std::string message, std::string members = {}) {
  return fail(
      Errc::kUnprocessable,
      std::move(message),
      "TransformPersistFailedException",
      std::move(members)
  );
}

std::string_view type_name(const json::value& given) {
  if (given.is_string()) return "string";
  if (given.is_bool()) return "boolean";
  return given.is_number() ? "number" : "object";
}

std::unexpected<Error> wrong_type(
    const Field& field, std::string_view wanted, const json::value& given
) {
  std::string message = "Property \"" + field.name + "\" must be of type \"";
  message.append(wanted).append("\", \"");
  if (given.is_string()) {
    message.append(given.get_string());
  } else {
    codec::append_json(message, given);
  }
  message.append("\" of type \"").append(type_name(given)).append("\" given.");
  return refused(std::move(message));
}

std::string field_must(const Field& field, std::string_view what) {
  return "Field \"" + field.name + "\" " + std::string(what);
}

Result<Value> text_to_stored(const Field& field, const json::value& given) {
  if (given.is_structured()) return wrong_type(field, "string", given);
  const std::string text = text_of_primitive(given);
  const std::size_t length = codec::utf16_length(text);
  if (field.max_length && length > *field.max_length) {
    return refused(
        field_must(field, "must be at most " + std::to_string(*field.max_length) + " character(s)")
    );
  }
  if (field.min_length && length < *field.min_length) {
    return refused(
        field_must(field, "must be at least " + std::to_string(*field.min_length) + " character(s)")
    );
  }
  if (field.pattern != nullptr && !text.empty() && !field.pattern->matches(text)) {
    return refused(field_must(field, "must match the pattern " + field.pattern_text));
  }
  return Value(ValueView::of_text(text));
}

// IEEE remainders of decimal fractions are rarely zero: a quotient within a few ulps of an integer
// counts as one.
bool is_multiple(double number, double step) {
  const double quotient = number / step;
  const double slack =
      std::max(1.0, std::abs(quotient)) * 4 * std::numeric_limits<double>::epsilon();
  return std::abs(quotient - std::round(quotient)) <= slack;
}

Result<> check_bounds(const Field& field, double number) {
  const auto violated = [&field](std::string_view rule, double bound) {
    std::string what(rule);
    codec::append_json_number(what, bound);
    return refused(field_must(field, what));
  };
  if (field.maximum && number > *field.maximum)
    return violated("cannot be greater than ", *field.maximum);
  if (field.minimum && number < *field.minimum)
    return violated("cannot be less than ", *field.minimum);
  if (field.exclusive_maximum && number >= *field.exclusive_maximum) {
    return violated("must be less than ", *field.exclusive_maximum);
  }
  if (field.exclusive_minimum && number <= *field.exclusive_minimum) {
    return violated("must be greater than ", *field.exclusive_minimum);
  }
  if (field.multiple_of && !is_multiple(number, *field.multiple_of)) {
    return violated("must be a multiple of ", *field.multiple_of);
  }
  return {};
}

Result<Value> number_to_stored(const Field& field, const json::value& given) {
  if (!given.is_number()) return wrong_type(field, "number", given);
  const auto number = given.to_number<double>();
  if (!std::isfinite(number)) return refused(field_must(field, "must be a finite number"));
  if (auto checked = check_bounds(field, number); !checked)
    return std::unexpected(std::move(checked.error()));
  const bool is_exact_integer = std::abs(number) <= kExactIntegers && std::trunc(number) == number;
  return Value(
      is_exact_integer ? ValueView::of_integer(static_cast<std::int64_t>(number))
                       : ValueView::of_real(number)
  );
}

Result<Value> boolean_to_stored(const Field& field, const json::value& given) {
  if (given.is_bool()) return Value(ValueView::of_boolean(given.get_bool()));
  if (given.is_number()) return Value(ValueView::of_boolean(given.to_number<double>() != 0));
  return wrong_type(field, "boolean", given);
}

std::optional<std::int64_t> time_of(const json::value& given) {
  if (given.is_string()) return codec::parse_date(given.get_string());
  if (!given.is_number()) return std::nullopt;
  const double ms = std::trunc(given.to_number<double>());
  if (!(std::abs(ms) <= kLastDate)) return std::nullopt;
  return static_cast<std::int64_t>(ms);
}

std::int64_t start_of_day(std::int64_t ms) {
  const std::int64_t rest = ms % kDay;
  return ms - (rest < 0 ? rest + kDay : rest);
}

Result<Value> date_to_stored(const Field& field, const json::value& given) {
  const auto time = time_of(given);
  if (!time) {
    std::string members = "{\"context\":{\"field\":";
    codec::append_json_string(members, field.name);
    return refused("Invalid time value", members.append("}}"));
  }
  return Value(
      ValueView::of_time(field.date_kind == DateKind::kDatetime ? *time : start_of_day(*time))
  );
}

Result<Value> enum_to_stored(const Field& field, const json::value& given) {
  if (given.is_string()) {
    const std::string_view text = given.get_string();
    if (std::find(field.options.begin(), field.options.end(), text) != field.options.end()) {
      return Value(ValueView::of_text(text));
    }
  }
  std::string what = "must be one of the following values: ";
  for (const std::string& option : field.options) {
    if (&option != &field.options.front()) what.append(", ");
    what.append(option);
  }
  return refused(field_must(field, what));
}

// A text that is what JSON.stringify would print of some value.
bool is_canonical_json(std::string_view text) {
  const auto parsed = codec::parse_json(text);
  return parsed && codec::to_json_text(*parsed) == text;
}

Value json_to_stored(const json::value& given) {
  if (given.is_string() && is_canonical_json(given.get_string())) {
    return Value(ValueView::of_json(given.get_string()));
  }
  return Value(ValueView::of_json(codec::to_json_text(given)));
}

// bknd drops what is no object or array on an optional field: the default takes its place.
Result<Value> json_schema_to_stored(const Field& field, const json::value& given) {
  if (!field.required && !given.is_structured()) {
    if (!field.default_value || !field.default_value->is_structured()) return Value();
    return json_to_stored(*field.default_value);
  }
  if (!field.schema->validate(given).empty()) return refused(field.name);
  return Value(ValueView::of_json(codec::to_json_text(given)));
}

Result<Value> relation_to_stored(const Field& field, const json::value& given) {
  if (given.is_structured()) {
    return fail(
        Errc::kInvalid,
        "Invalid value for relation field \"" + field.name + "\" given, expected primitive."
    );
  }
  const auto key = key_of(field, given);
  if (!key) return wrong_type(field, field.target->uuid_keys ? "uuid" : "integer", given);
  return Value(key->value());
}

Result<Value> convert(const Field& field, const json::value& given) {
  switch (field.type) {
    case FieldType::kText:
      return text_to_stored(field, given);
    case FieldType::kNumber:
      return number_to_stored(field, given);
    case FieldType::kBoolean:
      return boolean_to_stored(field, given);
    case FieldType::kDate:
      return date_to_stored(field, given);
    case FieldType::kEnum:
      return enum_to_stored(field, given);
    case FieldType::kJson:
      return json_to_stored(given);
    case FieldType::kJsonSchema:
      return json_schema_to_stored(field, given);
    case FieldType::kRelation:
      return relation_to_stored(field, given);
    case FieldType::kPrimary:
    case FieldType::kMedia:
      break;
  }
  return fail(Errc::kInvalid, field_must(field, "stores nothing"));
}

}  // namespace

std::optional<RowKey> key_of(const Field& relation_field, const json::value& given) {
  const bool is_uuid = relation_field.target->uuid_keys;
  if (given.is_string()) return RowKey::parse(given.get_string(), is_uuid);
  if (is_uuid || !given.is_number()) return std::nullopt;
  const auto number = given.to_number<double>();
  if (given.is_int64()) return RowKey::of_integer(given.get_int64());
  if (std::trunc(number) != number || std::abs(number) > kExactIntegers) return std::nullopt;
  return RowKey::of_integer(static_cast<std::int64_t>(number));
}

Result<Value> to_stored(const Field& field, const json::value& given) {
  if (!given.is_null()) return convert(field, given);
  if (field.default_value) return convert(field, *field.default_value);
  if (field.required) return refused("Property \"" + field.name + "\" is required");
  // What is absent stays unset; a null that is given is no yes, as bknd's connection makes of it.
  if (field.type == FieldType::kBoolean) return Value(ValueView::of_boolean(false));
  return Value();
}

Result<Value> default_of(const Field& field) {
  if (!field.default_value) return Value();
  return convert(field, *field.default_value);
}

}  // namespace noded::database
