#include "modules/auth/keys/key_filter.hpp"

#include "codec/ascii.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/refusal.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kAuthorization = "authorization";

bool is_named(const http::Header& header, std::string_view name) {
  return std::ranges::equal(header.name, name, {}, codec::to_lower);
}

std::ptrdiff_t count(const http::Request& request, std::string_view name) {
  return std::ranges::count_if(request.headers, [name](const http::Header& header) {
    return is_named(header, name);
  });
}

}  // namespace

std::string_view key_text_of(const http::Request& request) noexcept {
  if (request.has_header(kKeyField)) return request.header(kKeyField);
  constexpr std::string_view kScheme = "bearer ";
  std::string_view field = request.header(kAuthorization);
  const bool has_scheme =
      field.size() > kScheme.size() &&
      std::ranges::equal(field.substr(0, kScheme.size()), kScheme, {}, codec::to_lower);
  if (has_scheme) field.remove_prefix(kScheme.size());
  return field.starts_with(kKeyPrefix) ? field : std::string_view();
}

std::optional<http::Response> KeyFilter::before(http::Request& request) {
  if (count(request, kKeyField) + count(request, kAuthorization) > 1) {
    return refuse(
        request, kValidationFailed, "send one of Authorization and X-API-Key, and only once"
    );
  }
  const Identity& identity = *request.identity;
  const bool has_key = !key_text_of(request).empty() || request.has_header(kKeyField);
  if (has_key && identity.key.empty() && identity.kind != Identity::Kind::kLocalOperator)
    return refuse(request, kTokenInvalid, "this is no API key that is valid");
  if (identity.key.empty()) return std::nullopt;
  using Outcome = LiveKeys::Admission::Outcome;
  const LiveKeys::Admission admission = keys_.admit(identity.key, request.peer);
  if (admission.outcome == Outcome::kWrongNetwork)
    return refuse(request, kForbidden, "this API key is not for use from your address");
  if (admission.outcome == Outcome::kAdmitted) return std::nullopt;
  const std::string seconds = std::to_string(admission.retry_after_s);
  http::Response response =
      refuse(request, kRateLimited, "this API key came too often; try again in " + seconds + " s");
  response.headers.push_back({"Retry-After", seconds});
  return response;
}

http::Route in_person(http::Route route) {
  route.handler = [handle = std::move(route.handler)](http::Request& request) {
    const Identity& identity = *request.identity;
    if (identity.key.empty() && identity.impersonator.empty()) return handle(request);
    const bool has_key = !identity.key.empty();
    return http::answered(refuse(
        request,
        kForbidden,
        has_key ? "an API key cannot sign in, nor change what somebody signs in with"
                : "whoever acts as somebody else cannot change what they sign in with"
    ));
  };
  return route;
}

}  // namespace noded::auth
