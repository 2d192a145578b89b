// The node's own cookies: of a session, of a page before the login, and of a device that somebody
// has signed in with. Over TLS their names begin with __Host-, so that no other host can set them;
// over plain http they go to the loopback only. Pure functions.
#pragma once

#include "noded/http.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

struct OwnCookie {
  std::string_view name;  // without prefix
  std::string_view same_site;
};
inline constexpr OwnCookie kSessionCookie{"nd_session", "Lax"};
inline constexpr OwnCookie kPreSessionCookie{"nd_pre", "Strict"};
// Of a login that waits for its second factor.
inline constexpr OwnCookie kPendingCookie{"nd_mfa", "Strict"};
inline constexpr OwnCookie kDeviceCookie{"nd_device", "Lax"};

enum class CookieWay : std::uint8_t {
  kSecure,  // TLS: __Host- and Secure
  kPlain,   // plain http to the loopback, or allowed by auth.allow_insecure_cookie
  kNone,    // plain http elsewhere: no cookie is set or taken
};
CookieWay cookie_way(const http::Request& request, bool allow_insecure);

// Whether the host of a Host field is this machine: localhost, a name below it, 127.0.0.0/8 or ::1.
bool is_loopback_host(std::string_view field);

// The value that the request sends; empty if there is none.
std::string_view own_cookie(const http::Request& request, CookieWay way, const OwnCookie& cookie);

// Values of Set-Cookie, not for kNone. `lifetime_s` 0: until the browser ends.
std::string set_own_cookie(
    CookieWay way, const OwnCookie& cookie, std::string_view value, std::int64_t lifetime_s
);
std::string clear_own_cookie(CookieWay way, const OwnCookie& cookie);

// What a form sends back to show that its page came from here: bound to the cookie's value.
std::string csrf_token(std::string_view cookie_value);
bool is_csrf_token(std::string_view given, std::string_view cookie_value);

// The value of a device cookie: "<nonce>.<mac>" for one account, by its e-mail address.
std::string make_device(std::string_view secret, std::string_view email);
bool is_device_of(std::string_view value, std::string_view secret, std::string_view email);

}  // namespace noded::auth
