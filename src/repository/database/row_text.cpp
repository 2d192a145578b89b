#include "repository/database/row_text.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "repository/database/filter_match.hpp"

#include <utility>

namespace noded::database {
namespace {

void append_value(const ValueView& value, std::string& out) {
  switch (value.type) {
    case ValueType::kNull:
      out.append("null");
      return;
    case ValueType::kInteger:
      return codec::append_json_integer(out, value.integer);
    case ValueType::kReal:
      return codec::append_json_number(out, value.real);
    case ValueType::kText:
      return codec::append_json_string(out, value.text);
    case ValueType::kFalse:
      out.append("false");
      return;
    case ValueType::kTrue:
      out.append("true");
      return;
    case ValueType::kJson:
      out.append(value.text);
      return;
    case ValueType::kUuid:
      return codec::append_json_string(out, codec::uuid_text(value.text));
    case ValueType::kTime:
      out.push_back('"');
      codec::append_iso(out, value.integer);
      out.push_back('"');
      return;
  }
}

}  // namespace

void append_row_text(
    const Entity& entity, const RowKey& key, const RowView& row, std::string& out
) {
  char separator = '{';
  for (const auto& field : entity.fields) {
    if (field->is_virtual) continue;
    out.push_back(std::exchange(separator, ','));
    out.append(field->member);
    append_value(value_of(*field, key, row), out);
  }
  out.push_back('}');
}

}  // namespace noded::database
