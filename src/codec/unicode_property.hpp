// Names of Unicode properties in patterns: from ECMAScript's to PCRE2's. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace noded::codec {

// What PCRE2 writes in \p{…} for what ECMAScript writes there, as far as the form goes: PCRE2 still
// refuses values it does not know. Empty when the form is none of both.
std::optional<std::string> find_pcre2_property(std::string_view ecmascript);

}  // namespace noded::codec
