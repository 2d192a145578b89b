#include "repository/database/operand.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <charconv>
#include <cmath>

namespace noded::database {
namespace {

// The whole text as a decimal number, or empty.
std::optional<Value> number_of_text(std::string_view text) {
  std::int64_t integer = 0;
  const char* const last = text.data() + text.size();
  if (const auto [end, fault] = std::from_chars(text.data(), last, integer);
      fault == std::errc() && end == last) {
    return Value(ValueView::of_integer(integer));
  }
  double real = 0;
  const auto [end, fault] = std::from_chars(text.data(), last, real);
  if (fault != std::errc() || end != last || !std::isfinite(real)) return std::nullopt;
  return Value(ValueView::of_real(real));
}

Value number(const json::value& given) {
  if (given.is_int64()) return Value(ValueView::of_integer(given.get_int64()));
  if (given.is_uint64()) return Value(ValueView::of_real(static_cast<double>(given.get_uint64())));
  return Value(ValueView::of_real(given.get_double()));
}

// Numeric columns: numeric text becomes a number; other text stays text and equals no number.
Value numeric(const json::value& given) {
  if (given.is_number()) return number(given);
  if (given.is_bool()) return Value(ValueView::of_boolean(given.get_bool()));
  const std::string_view text = given.get_string();
  if (auto parsed = number_of_text(text); parsed) return *parsed;
  return Value(ValueView::of_text(text));
}

std::optional<Value> time(const json::value& given) {
  if (given.is_number())
    return Value(ValueView::of_time(static_cast<std::int64_t>(given.to_number<double>())));
  if (!given.is_string()) return std::nullopt;
  const auto parsed = codec::parse_date(given.get_string());
  if (!parsed) return std::nullopt;
  return Value(ValueView::of_time(*parsed));
}

Value key(const json::value& given, bool is_uuid) {
  if (!is_uuid) return numeric(given);
  const std::string text = text_of_primitive(given);
  const auto bytes = codec::parse_uuid(text);
  if (!bytes) return Value(ValueView::of_text(text));
  return Value(ValueView::of_uuid(std::string_view(bytes->data(), bytes->size())));
}

bool is_numeric_text(const json::value& given) {
  return given.is_string() && number_of_text(given.get_string()).has_value();
}

}  // namespace

std::optional<Value> operand_for(
    const Entity& owner, const Field& field, const json::value& given
) {
  switch (field.type) {
    case FieldType::kNumber:
    case FieldType::kBoolean:
      return numeric(given);
    case FieldType::kDate:
      return time(given);
    case FieldType::kPrimary:
      return key(given, owner.uuid_keys);
    case FieldType::kRelation:
      return key(given, field.target != nullptr && field.target->uuid_keys);
    case FieldType::kText:
    case FieldType::kEnum:
    case FieldType::kJson:
    case FieldType::kJsonSchema:
    case FieldType::kMedia:
      return Value(ValueView::of_text(text_of_primitive(given)));
  }
  return std::nullopt;
}

bool is_ordered_operand(const Entity& owner, const Field& field, const json::value& given) {
  switch (field.type) {
    case FieldType::kNumber:
    case FieldType::kBoolean:
      return !given.is_string() || is_numeric_text(given);
    case FieldType::kPrimary:
      return owner.uuid_keys ? given.is_string() : !given.is_string() || is_numeric_text(given);
    default:
      return true;
  }
}

std::string text_of_primitive(const json::value& given) {
  if (given.is_string()) return std::string(given.get_string());
  if (given.is_bool()) return given.get_bool() ? "true" : "false";
  std::string text;
  codec::append_json(text, given);
  return text;
}

}  // namespace noded::database
