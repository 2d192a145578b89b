#include "modules/auth/session/form_origin.hpp"

#include "modules/auth/login_request.hpp"
#include "modules/auth/session/session.hpp"

namespace noded::auth {
namespace {

constexpr std::int64_t kPreSessionLifetime_s = 600;

}  // namespace

bool is_own_form(
    const http::Request& request,
    const boost::json::value& fields,
    const OwnCookie& cookie,
    CookieWay way,
    const CrossSiteFilter& origins
) {
  const std::string_view value = own_cookie(request, way, cookie);
  const bool has_token = is_csrf_token(text_field(fields, "csrf"), value) ||
                         is_csrf_token(request.header("x-csrf-token"), value);
  // What pages without a referrer send over plain http, where there is no Sec-Fetch-Site.
  const bool is_hidden =
      request.header("origin") == "null" && !request.has_header("sec-fetch-site");
  if (is_hidden) return has_token;
  switch (origin_of(request, origins.trusted())) {
    case RequestOrigin::kSame:
      return true;
    case RequestOrigin::kSibling:
    case RequestOrigin::kForeign:
      return false;
    case RequestOrigin::kUnknown:
      break;
  }
  return has_token || (wants_json(request) && cookie.name == kPreSessionCookie.name);
}

BoundForm bind_form(const http::Request& request, CookieWay way) {
  std::string cookie(own_cookie(request, way, kPreSessionCookie));
  if (hash_of_session_token(cookie).empty()) cookie = make_session_token();
  return {
      .csrf = csrf_token(cookie),
      .set_cookie = set_own_cookie(way, kPreSessionCookie, cookie, kPreSessionLifetime_s)
  };
}

}  // namespace noded::auth
