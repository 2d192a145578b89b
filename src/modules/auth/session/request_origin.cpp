#include "modules/auth/session/request_origin.hpp"

#include "codec/ascii.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/own_cookie.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace noded::auth {
namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, codec::to_lower, codec::to_lower);
}

bool is_change(http::Method method) {
  return method != http::Method::kGet && method != http::Method::kHead &&
         method != http::Method::kOptions;
}

std::string_view without_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  return colon == std::string_view::npos || authority.ends_with(']') ? authority
                                                                     : authority.substr(0, colon);
}

// By "https://host:port" and the host that the request went to. A proxy in front may have ended
// TLS, so that http stands for https behind it but never the other way round.
RequestOrigin compare(std::string_view origin, const http::Request& request) {
  for (const std::string_view scheme :
       {std::string_view("https://"), std::string_view("http://")}) {
    if (!origin.starts_with(scheme)) continue;
    if (request.over_tls && scheme == "http://") return RequestOrigin::kForeign;
    const std::string_view from = origin.substr(scheme.size());
    const std::string_view to = request.header("host");
    if (from.empty() || to.empty()) return RequestOrigin::kForeign;
    if (equal_without_case(from, to)) return RequestOrigin::kSame;
    return equal_without_case(without_port(from), without_port(to)) ? RequestOrigin::kSibling
                                                                    : RequestOrigin::kForeign;
  }
  return RequestOrigin::kForeign;
}

// Their forms carry a token of their own, which they check themselves.
constexpr std::array<std::string_view, 8> kCheckedByHandler{
    "/auth/api/login",
    "/auth/api/logout",
    "/auth/api/mfa",
    "/auth/api/password",
    "/auth/authenticator",
    "/auth/register",
    "/auth/recover",
    "/auth/verify"
};

std::string_view trim(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

}  // namespace

RequestOrigin origin_of(const http::Request& request, const std::vector<std::string>& trusted) {
  const std::string_view site = request.header("sec-fetch-site");
  if (site == "same-origin" || site == "none") return RequestOrigin::kSame;
  const std::string_view origin = request.header("origin");
  if (!origin.empty() && std::ranges::find(trusted, origin) != trusted.end()) {
    return RequestOrigin::kSame;
  }
  if (site == "same-site") return RequestOrigin::kSibling;
  if (!site.empty()) return RequestOrigin::kForeign;
  return origin.empty() ? RequestOrigin::kUnknown : compare(origin, request);
}

void CrossSiteFilter::trust(std::string_view origins) {
  std::vector<std::string> trusted;
  while (!origins.empty()) {
    const std::size_t end = std::min(origins.find(','), origins.size());
    const std::string_view origin = trim(origins.substr(0, end));
    origins.remove_prefix(std::min(end + 1, origins.size()));
    if (!origin.empty() && origin != "*") trusted.emplace_back(origin);
  }
  auto made = std::make_shared<const std::vector<std::string>>(std::move(trusted));
  const std::scoped_lock lock(mutex_);
  trusted_ = std::move(made);
}

std::vector<std::string> CrossSiteFilter::trusted() const {
  const std::scoped_lock lock(mutex_);
  return *trusted_;
}

std::optional<http::Response> CrossSiteFilter::before(http::Request& request) {
  if (!is_change(request.method) || !request.identity->by_cookie) return std::nullopt;
  if (std::ranges::find(kCheckedByHandler, request.path) != kCheckedByHandler.end()) {
    return std::nullopt;
  }
  const bool is_application_cookie = request.identity->session.empty();
  switch (origin_of(request, trusted())) {
    case RequestOrigin::kSame:
      return std::nullopt;
    case RequestOrigin::kSibling:
      if (is_application_cookie) return std::nullopt;
      break;
    case RequestOrigin::kUnknown: {
      const CookieWay way = cookie_way(request, allow_insecure_cookie_);
      const std::string_view session = own_cookie(request, way, kSessionCookie);
      if (is_application_cookie || is_csrf_token(request.header("x-csrf-token"), session))
        return std::nullopt;
      break;
    }
    case RequestOrigin::kForeign:
      break;
  }
  return refuse(
      request,
      kCsrfFailed,
      "a change with a cookie needs a same-origin Origin or Sec-Fetch-Site, or X-CSRF-Token"
  );
}

}  // namespace noded::auth
