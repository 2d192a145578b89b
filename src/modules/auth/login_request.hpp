// What a login page or a client sends to the auth routes: JSON objects or HTML forms, and which
// kind of answer it expects.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::auth {

inline constexpr std::uint64_t kMaxCredentials = 64 * 1024;  // bytes of a body

// A route for such a body that stands in no document and asks no permission: its handler does.
http::Route credentials_route(http::Method method, std::string pattern, http::Handler handler);

// Names and values of application/x-www-form-urlencoded text (WHATWG URL §5.1), as also a query is;
// the first of equal names counts. kInvalid: bad percent-encoding, no UTF-8, more than 64 fields.
Result<boost::json::object> parse_form(std::string_view text);

// The content type or Accept is application/json; otherwise a browser's form is assumed, which is
// answered with redirects.
bool wants_json(const http::Request& request) noexcept;
bool accepts_html(const http::Request& request) noexcept;

// The body: any JSON value, or the object of a form. Errors: kInvalid, kTooLarge, kTimeout,
// kUnavailable.
Task<Result<boost::json::value>> read_fields(http::Request& request);

// A text member; empty if it is absent or no text.
std::string text_field(const boost::json::value& fields, std::string_view name);

}  // namespace noded::auth
