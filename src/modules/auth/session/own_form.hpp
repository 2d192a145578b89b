// Whether a form that somebody sent is one that the node's own page showed them. Pure.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/request_origin.hpp"

#include <boost/json/value.hpp>

namespace noded::auth {

// The field csrf or X-CSRF-Token, bound to `cookie`, counts where the browser does not tell where
// the form is from; pages that could read it by CORS are of origins that it does tell. A program
// that logs in with JSON has no session's cookie to lose, and needs none of that.
bool is_own_form(
    const http::Request& request,
    const boost::json::value& fields,
    const OwnCookie& cookie,
    CookieWay way,
    const CrossSiteFilter& origins
);

}  // namespace noded::auth
