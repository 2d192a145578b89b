#include "modules/auth/refusal.hpp"

#include "codec/json.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/session/html_page.hpp"
#include "modules/auth/session/login_pages.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

const RefusalKind& kind_of(const Error& error) {
  if (error.type == kEmailNotVerified.code) return kEmailNotVerified;
  switch (error.code) {
    case Errc::kInvalid:
      return error.message.starts_with("Malformed JSON") ? kBadJson : kValidationFailed;
    case Errc::kUnprocessable:
      return kValidationFailed;
    case Errc::kUnauthorized:
      return kUnauthenticated;
    case Errc::kForbidden:
      return kForbidden;
    case Errc::kNotFound:
      return kNotFound;
    case Errc::kExists:
      return kEmailExists;
    case Errc::kConflict:
      return kConflict;
    case Errc::kTooLarge:
      return kBodyTooLarge;
    case Errc::kTimeout:
      return kRequestTimeout;
    case Errc::kOverloaded:
    case Errc::kUnavailable:
      return kServiceUnavailable;
    case Errc::kWouldBlock:
    case Errc::kInternal:
      break;
  }
  return kInternalError;
}

void append_member(std::string& body, std::string_view name, std::string_view value) {
  body.append(body.size() > 1 ? ",\"" : "\"").append(name).append("\":");
  codec::append_json_string(body, value);
}

void append_flaws(std::string& body, const std::vector<Flaw>& flaws) {
  body += ",\"details\":[";
  for (const Flaw& flaw : flaws) {
    std::string object = "{";
    append_member(object, "path", flaw.path);
    append_member(object, "code", flaw.code);
    append_member(object, "message", flaw.message);
    body.append(body.back() == '}' ? "," : "").append(object).append("}");
  }
  body += ']';
}

}  // namespace

bool prefers_html(const http::Request& request) noexcept {
  return accepts_html(request) && !wants_json(request);
}

http::Response refuse(
    const http::Request& request,
    const RefusalKind& kind,
    std::string_view message,
    const std::vector<Flaw>& flaws
) {
  const Language language = language_of(request.header("accept-language"));
  const std::string_view title = kind.title.in(language);
  http::Response response;
  if (prefers_html(request)) {
    response = answer_page(kind.status, problem_page(language, title, message));
  } else {
    std::string body = "{";
    append_member(body, "error", title);
    append_member(body, "code", kind.code);
    body += ",\"status\":" + std::to_string(kind.status);
    append_member(body, "message", message);
    append_member(body, "request_id", request.request_id);
    if (!flaws.empty()) append_flaws(body, flaws);
    response = http::Response::json(kind.status, body + "}");
    response.headers.push_back({"Cache-Control", "no-store"});
  }
  if (kind.status == 401) {
    response.headers.push_back(
        {"WWW-Authenticate",
         kind.code == kTokenInvalid.code ? "Bearer error=\"invalid_token\"" : "Bearer"}
    );
  }
  response.refusal = kind.code;
  return response;
}

http::Response refuse_error(const http::Request& request, const Error& error) {
  const RefusalKind& kind = kind_of(error);
  http::Response response = refuse(
      request, kind, kind.status == 500 ? std::string_view("Internal error") : error.message
  );
  if (kind.status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
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
