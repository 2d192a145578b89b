// Whether a form comes from a page of this node: by what the browser tells, else by a token that is
// bound to a cookie.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/request_origin.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace noded::auth {

// A form's token counts where the browser tells nothing; pages that could read it by CORS are of
// origins that it does tell. Programs that send JSON before anybody is logged in have no cookie to
// lose. `fields` are those of the body; the token may also come as X-CSRF-Token.
bool is_own_form(
    const http::Request& request,
    const boost::json::value& fields,
    const OwnCookie& cookie,
    CookieWay way,
    const CrossSiteFilter& origins
);

// What a page with a form needs before anybody is logged in: `csrf` for its hidden field, and the
// cookie that this is bound to. Pages open beside each other share one.
struct BoundForm {
  std::string csrf;
  std::string set_cookie;  // value of Set-Cookie
};
BoundForm bind_form(const http::Request& request, CookieWay way);

}  // namespace noded::auth
