#include "modules/auth/session/login_filter.hpp"

#include "codec/text.hpp"
#include "modules/auth/refusal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace noded::auth {
namespace {

// What somebody needs who is not logged in yet, and what watches the node.
constexpr std::array<std::string_view, 9> kOpen{
    "/auth",
    "/api/auth",
    "/api/check",
    "/.well-known",
    "/health",
    "/api/health",
    "/livez",
    "/readyz",
    "/metrics"
};

bool is_at_or_below(std::string_view path, std::string_view root) {
  if (root.ends_with('/')) root.remove_suffix(1);
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// Whoever stands behind the node might read such a path as another one.
bool has_dot_segments(std::string_view path) {
  return path.contains("/./") || path.contains("/../") || path.ends_with("/.") ||
         path.ends_with("/..");
}

// A person who opens a page, rather than a script, a program or a socket.
bool is_navigation(const http::Request& request) {
  if (request.method != http::Method::kGet && request.method != http::Method::kHead) return false;
  const std::string_view mode = request.header("sec-fetch-mode");
  return prefers_html(request) && (mode.empty() || mode == "navigate") &&
         request.header("x-requested-with").empty() && request.header("upgrade").empty();
}

}  // namespace

bool LoginFilter::is_guarded(std::string_view path) const {
  const auto holds = [path](std::string_view root) {
    return is_at_or_below(path, root);
  };
  if (has_dot_segments(path)) return true;
  return std::ranges::any_of(paths_, holds) && std::ranges::none_of(kOpen, holds);
}

std::optional<http::Response> LoginFilter::before(http::Request& request) {
  if (paths_.empty() || request.identity->kind != Identity::Kind::kAnonymous) return std::nullopt;
  // As the router reads it, which refuses what cannot be decoded.
  const auto path = codec::percent_decode(request.path, false);
  if (!path || !is_guarded(*path)) return std::nullopt;
  if (!is_navigation(request)) return refuse(request, kUnauthenticated, "nobody is logged in");
  http::Response response =
      http::Response::redirect(302, "/auth/login?next=" + codec::percent_encode(request.target));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace noded::auth
