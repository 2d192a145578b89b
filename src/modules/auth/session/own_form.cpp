#include "modules/auth/session/own_form.hpp"

#include "modules/auth/login_request.hpp"

namespace noded::auth {

bool is_own_form(
    const http::Request& request,
    const boost::json::value& fields,
    const OwnCookie& cookie,
    CookieWay way,
    const CrossSiteFilter& origins
) {
  switch (origin_of(request, origins.trusted())) {
    case RequestOrigin::kSame:
      return true;
    case RequestOrigin::kSibling:
    case RequestOrigin::kForeign:
      return false;
    case RequestOrigin::kUnknown:
      break;
  }
  const std::string_view value = own_cookie(request, way, cookie);
  if (is_csrf_token(text_field(fields, "csrf"), value)) return true;
  if (is_csrf_token(request.header("x-csrf-token"), value)) return true;
  return wants_json(request) && cookie.name != kSessionCookie.name;
}

}  // namespace noded::auth
