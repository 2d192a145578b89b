#include "repository/database/imported_value.hpp"

#include "codec/json.hpp"
#include "repository/database/field_value.hpp"
#include "repository/database/operand.hpp"

#include <cmath>
#include <utility>

namespace noded::database {
namespace {

constexpr double kExactIntegers = 9007199254740992;  // 2^53
constexpr std::size_t kShownBytes = 60;

std::string shown(const json::value& given) {
  if (const auto* object = given.if_object()) {
    const json::value* what = object->if_contains("unreadable");
    if (what != nullptr && what->is_string()) return std::string(what->get_string());
  }
  std::string text = codec::to_json_text(given);
  if (text.size() <= kShownBytes) return text;
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return text.substr(0, end) + "…";
}

std::unexpected<Error> not_a(std::string_view wanted, const json::value& given) {
  return fail(Errc::kInvalid, "holds " + shown(given) + ", which is no " + std::string(wanted));
}

Result<Value> imported_number(const json::value& given) {
  if (given.is_int64()) return Value(ValueView::of_integer(given.get_int64()));
  if (!given.is_number()) return not_a("number", given);
  const auto number = given.to_number<double>();
  const bool is_integer = std::abs(number) <= kExactIntegers && std::trunc(number) == number;
  return Value(
      is_integer ? ValueView::of_integer(static_cast<std::int64_t>(number))
                 : ValueView::of_real(number)
  );
}

// SQLite's columns of type boolean keep 0 and 1; other programs may have written words.
Result<Value> imported_boolean(const json::value& given) {
  if (given.is_number()) return Value(ValueView::of_boolean(given.to_number<double>() != 0));
  if (given.is_string() && (given.get_string() == "true" || given.get_string() == "false"))
    return Value(ValueView::of_boolean(given.get_string() == "true"));
  return not_a("boolean", given);
}

Result<Value> imported_document(const json::value& given) {
  const auto parsed = given.is_string() ? codec::parse_json(given.get_string(), "value")
                                        : Result<json::value>(given);
  if (!parsed) return not_a("JSON", given);
  return Value(ValueView::of_json(codec::to_json_text(*parsed)));
}

Result<Value> imported_key(const Field& field, const json::value& given) {
  const auto key = key_of(field, given);
  if (!key) return not_a(field.target->uuid_keys ? "UUID" : "integer key", given);
  return Value(key->value());
}

}  // namespace

Result<Value> imported_value(const Field& field, const json::value& given) {
  if (given.is_null()) return Value();
  if (given.is_structured()) return not_a("value of a field", given);
  switch (field.type) {
    case FieldType::kText:
    case FieldType::kEnum:
      return Value(ValueView::of_text(text_of_primitive(given)));
    case FieldType::kNumber:
      return imported_number(given);
    case FieldType::kBoolean:
      return imported_boolean(given);
    case FieldType::kDate: {
      auto time = to_stored(field, given);
      return time ? std::move(time) : not_a("date", given);
    }
    case FieldType::kJson:
      return to_stored(field, given);
    case FieldType::kJsonSchema:
      return imported_document(given);
    case FieldType::kRelation:
      return imported_key(field, given);
    case FieldType::kPrimary:
    case FieldType::kMedia:
      break;
  }
  return fail(Errc::kInvalid, "stores nothing");
}

}  // namespace noded::database
