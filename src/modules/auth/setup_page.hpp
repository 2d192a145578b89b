// The page on which the first administrator is made: plain HTML without scripts.
#pragma once

#include <string>
#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kSetupPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'";

// `problem` is shown above the form when it is not empty; `email` fills its field. Both are
// escaped.
std::string setup_page(std::string_view problem, std::string_view email);

}  // namespace noded::auth
