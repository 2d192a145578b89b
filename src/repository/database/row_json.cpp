#include "repository/database/row_json.hpp"

#include "repository/database/field_value.hpp"
#include "repository/database/filter_match.hpp"

namespace noded::database {

void append_members(
    std::span<const Field* const> fields, const RowKey& key, const RowView& row, std::string& out
) {
  for (const Field* field : fields) {
    if (field != fields.front()) out.push_back(',');
    out += field->member;
    append_json(*field, value_of(*field, key, row), out);
  }
}

}  // namespace noded::database
