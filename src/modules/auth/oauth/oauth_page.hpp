// The pages between the node's own login pages and another service. A redirect would be blocked by
// the login page's policy, which lets its forms lead to this site only (CSP form-action holds for
// redirects as well); a page that leads on by itself is not.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/session/language.hpp"

#include <string_view>

namespace noded::auth {

// Leads to `url` at once; with a link for browsers that do not. Needs no script.
http::Response lead_to(Language language, std::string_view service, std::string_view url);

// To the page that asks for the second factor, and from there to `next`. A page again, since
// browsers do not send its cookie (SameSite=Strict) along a redirect that began at another site.
http::Response lead_to_code(Language language, std::string_view next);

// "Continue with Google"
std::string continue_with(Language language, std::string_view service);

}  // namespace noded::auth
