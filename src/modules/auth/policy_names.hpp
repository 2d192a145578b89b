// The names that policies may use: variables ("@user.email") in operands and filters, and paths
// ("user.email") of conditions. What names nothing is refused when a configuration is loaded: a
// typing mistake must neither open nor shut anything. Pure.
#pragma once

#include "noded/result.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

namespace json = boost::json;

// "user.email" of "@user.email"; empty when the text is no variable: not an @ and a dotted name
// that begins with a member of the context.
std::string_view variable_name(std::string_view text) noexcept;
bool has_variables(const json::value& value);

// "owner" of "resource.owner", the row that a decision is about; empty for any other path.
std::string_view field_of_resource(std::string_view path) noexcept;

// kInvalid naming the first variable in it that names nothing, where it stands, and what is
// allowed:
// "@entity", "@id", "@module", "@ip", "@now", "@auth.…" and "@user.<claim>" with one of `claims`.
// The operand of $like may be any text. `place`: of the part as a whole, "condition".
Result<> check_variables(
    const json::object& part, const std::string& place, const std::vector<std::string>& claims
);
// The same of the members of a condition, which are paths.
Result<> check_paths(
    const json::object& condition, const std::string& place, const std::vector<std::string>& claims
);

}  // namespace noded::auth
