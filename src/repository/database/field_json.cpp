// The reading half of field_value.hpp.
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "repository/database/field_value.hpp"

#include <algorithm>

namespace noded::database {
namespace {

constexpr std::string_view kNull = "null";

// A value as it is stored, whatever the field's type is now: a configuration may have changed it.
void append_plain(const ValueView& stored, std::string& out) {
  switch (stored.type) {
    case ValueType::kNull:
      out.append(kNull);
      break;
    case ValueType::kInteger:
      codec::append_json_integer(out, stored.integer);
      break;
    case ValueType::kReal:
      codec::append_json_number(out, stored.real);
      break;
    case ValueType::kText:
      codec::append_json_string(out, stored.text);
      break;
    case ValueType::kFalse:
      out.append("false");
      break;
    case ValueType::kTrue:
      out.append("true");
      break;
    case ValueType::kJson:
      out.append(stored.text);
      break;
    case ValueType::kUuid:
      out.push_back('"');
      out.append(codec::uuid_text(stored.text));
      out.push_back('"');
      break;
    case ValueType::kTime:
      out.push_back('"');
      codec::append_iso(out, stored.integer);
      out.push_back('"');
      break;
  }
}

void append_default(const Field& field, std::string& out) {
  if (field.default_value) {
    codec::append_json(out, *field.default_value);
  } else {
    out.append(kNull);
  }
}

void append_text(const Field& field, const ValueView& stored, std::string& out) {
  if (stored.is_null()) {
    out.append(field.required ? std::string_view("\"\"") : kNull);
  } else if (stored.type == ValueType::kText && field.max_length) {
    codec::append_json_string(out, codec::utf16_prefix(stored.text, *field.max_length));
  } else if (stored.type == ValueType::kInteger || stored.type == ValueType::kReal) {
    out.push_back('"');
    append_plain(stored, out);
    out.push_back('"');
  } else {
    append_plain(stored, out);
  }
}

void append_boolean(const Field& field, const ValueView& stored, std::string& out) {
  switch (stored.type) {
    case ValueType::kNull:
      if (field.required) {
        out.append("false");
      } else {
        append_default(field, out);
      }
      return;
    case ValueType::kInteger:
      out.append(stored.integer != 0 ? "true" : "false");
      return;
    case ValueType::kReal:
      out.append(stored.real != 0 ? "true" : "false");
      return;
    case ValueType::kText:
      out.append(stored.text == "1" ? "true" : "false");
      return;
    default:
      append_plain(stored, out);
  }
}

void append_date(const ValueView& stored, std::string& out) {
  std::optional<std::int64_t> time;
  if (stored.type == ValueType::kTime || stored.type == ValueType::kInteger) time = stored.integer;
  if (stored.type == ValueType::kText) time = codec::parse_date(stored.text);
  append_plain(time ? ValueView::of_time(*time) : ValueView::null(), out);
}

void append_enum(const Field& field, const ValueView& stored, std::string& out) {
  const bool is_option =
      stored.type == ValueType::kText &&
      std::find(field.options.begin(), field.options.end(), stored.text) != field.options.end();
  if (is_option) {
    codec::append_json_string(out, stored.text);
  } else {
    append_default(field, out);
  }
}

void append_json_schema(const Field& field, const ValueView& stored, std::string& out) {
  if (!stored.is_null()) {
    append_plain(stored, out);
  } else if (field.default_from_schema) {
    codec::append_json(out, field.schema->template_of_defaults());
  } else {
    append_default(field, out);
  }
}

}  // namespace

void append_json(const Field& field, const ValueView& stored, std::string& out) {
  switch (field.type) {
    case FieldType::kText:
      return append_text(field, stored, out);
    case FieldType::kBoolean:
      return append_boolean(field, stored, out);
    case FieldType::kDate:
      return append_date(stored, out);
    case FieldType::kEnum:
      return append_enum(field, stored, out);
    case FieldType::kJson:
      return stored.is_null() ? append_default(field, out) : append_plain(stored, out);
    case FieldType::kJsonSchema:
      return append_json_schema(field, stored, out);
    case FieldType::kPrimary:
    case FieldType::kNumber:
    case FieldType::kRelation:
    case FieldType::kMedia:
      return append_plain(stored, out);
  }
}

}  // namespace noded::database
