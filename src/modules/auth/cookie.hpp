// Cookies of a login: the signed `auth` cookie, and the message that a form login leaves for the
// page it returns to (bknd's HTTP contract, chapter 7.3). Pure functions.
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kAuthCookie = "auth";
inline constexpr std::string_view kFlashCookie = "__bknd_flash";

// The attributes of `auth.cookie`.
struct CookieRules {
  std::string domain;  // empty: none
  std::string path = "/";
  std::string same_site = "Lax";  // as written; empty: none
  bool secure = true;
  bool http_only = true;
  bool partitioned = false;
  std::int64_t lifetime_s = 604800;
};
CookieRules cookie_rules(const boost::json::object& cookie);

// The raw value of the first cookie of that name in a Cookie field (RFC 6265 §4.2), as sent; empty
// if there is none.
std::string_view find_cookie(std::string_view field, std::string_view name) noexcept;

// `<token>.<base64(HMAC-SHA256(secret, token))>`, percent-encoded.
std::string sign_cookie(std::string_view secret, std::string_view token);
// The token of a cookie's raw value; empty if the form or the signature is wrong.
std::optional<std::string> verify_cookie(std::string_view secret, std::string_view raw_value);

// Values of Set-Cookie.
std::string set_cookie(const CookieRules& rules, std::string_view signed_value, std::int64_t now_s);
std::string clear_cookie(const CookieRules& rules, std::int64_t now_s);
std::string flash_cookie(std::string_view type, std::string_view message);

}  // namespace noded::auth
