#include "gateway/cors.hpp"

#include <algorithm>
#include <utility>

namespace noded::gateway {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += ',';
    joined += text;
  }
  return joined;
}

}  // namespace

bool Cors::Prepared::allows(std::string_view origin) const {
  return !origin.empty() && (allows_all || std::ranges::find(origins, origin) != origins.end());
}

void Cors::configure(const CorsRules& rules) {
  auto prepared = std::make_shared<Prepared>();
  prepared->methods = join(rules.allow_methods);
  prepared->headers = join(rules.allow_headers);
  prepared->allows_credentials = rules.allow_credentials;
  for (std::string_view rest = rules.origin; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view origin = trim(rest.substr(0, comma));
    if (origin == "*")
      prepared->allows_all = true;
    else if (!origin.empty())
      prepared->origins.emplace_back(origin);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  prepared_.set(std::move(prepared));
}

std::optional<http::Response> Cors::before(http::Request& request) {
  if (request.method != http::Method::kOptions) return std::nullopt;
  const auto prepared = prepared_.get();
  http::Response response;
  response.status = 204;
  if (!prepared->methods.empty()) {
    response.headers.push_back({"Access-Control-Allow-Methods", prepared->methods});
  }
  std::string headers = prepared->headers;
  if (headers.empty()) headers = request.header("access-control-request-headers");
  if (!headers.empty()) {
    response.headers.push_back({"Access-Control-Allow-Headers", std::move(headers)});
  }
  return response;
}

void Cors::after(const http::Request& request, http::Response& response) {
  const auto prepared = prepared_.get();
  const std::string_view origin = request.header("origin");
  if (prepared->allows(origin)) {
    response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  }
  if (prepared->allows_credentials) {
    response.headers.push_back({"Access-Control-Allow-Credentials", "true"});
  }
  const bool is_preflight = request.method == http::Method::kOptions;
  response.headers.push_back(
      {"Vary", is_preflight ? "Origin, Access-Control-Request-Headers" : "Origin"}
  );
}

}  // namespace noded::gateway
