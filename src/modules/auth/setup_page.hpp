// The page on which the first administrator is made.
#pragma once

#include "modules/auth/session/language.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

// `problem` is shown above the form when it is not empty; `email` fills its field. Both are
// escaped.
std::string setup_page(Language language, std::string_view problem, std::string_view email);

}  // namespace noded::auth
