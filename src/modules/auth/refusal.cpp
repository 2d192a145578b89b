#include "modules/auth/refusal.hpp"

#include <algorithm>
#include <string>

namespace noded::auth {

http::Response refuse_error(const http::Request& request, const Error& error) {
  const RefusalKind& kind = error.type == kEmailNotVerified.code ? kEmailNotVerified
                            : error.code == Errc::kExists        ? kEmailExists
                                                                 : http::kind_of_error(error);
  return http::refuse_error(request, kind, error);
}

std::optional<http::Response> refuse_without(
    const http::Request& request, Authorizer& authorizer, std::string_view permission
) {
  if (request.identity->kind == Identity::Kind::kAnonymous)
    return refuse(request, kUnauthenticated, "sign in first");
  const auto allowed = authorizer.authorize(*request.identity, permission, request);
  if (allowed) return std::nullopt;
  if (allowed.error().members.contains(kReauthRequired.code))
    return refuse(request, kReauthRequired, "this needs a sign-in just now; sign in again");
  return refuse(request, kForbidden, "this needs the permission " + std::string(permission));
}

http::Response refuse_for_now(const http::Request& request, std::int64_t retry_after_s) {
  const std::string seconds = std::to_string(retry_after_s);
  http::Response response =
      refuse(request, kRateLimited, "too many failed attempts; try again in " + seconds + " s");
  response.headers.push_back({"Retry-After", seconds});
  return response;
}

Result<> require_known(
    const boost::json::value& fields, std::initializer_list<std::string_view> known
) {
  if (!fields.is_object()) return fail(Errc::kInvalid, "the request has to be an object");
  for (const auto& member : fields.get_object()) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      std::string allowed;
      for (const std::string_view name : known)
        allowed.append(allowed.empty() ? "" : ", ").append(name);
      return fail(
          Errc::kInvalid, "unknown member \"" + std::string(member.key()) + "\"; known: " + allowed
      );
    }
  }
  return {};
}

}  // namespace noded::auth
