#include "http/refusal.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace noded::http {
namespace {

constexpr std::array kByStatus{
    &kUnauthenticated,
    &kForbidden,
    &kNotFound,
    &kRequestTimeout,
    &kConflict,
    &kBodyTooLarge,
    &kTargetTooLong,
    &kUnsupportedMediaType,
    &kExpectationFailed,
    &kUnknownHost,
    &kRateLimited,
    &kHeadersTooLarge,
    &kNotImplemented,
    &kServiceUnavailable,
    &kVersionNotSupported
};

// A page of the server's own names nothing else that has to be fetched. The policy holds the
// style's hash (CSP 3 §2.3.1), which a test compares.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;ma"
    "x-width:34rem;margin:15vh auto 0;padding:0 1.25rem}h1{font-size:1.5rem}f"
    "ooter{opacity:.7;font-size:.85rem}";
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'sha256-ueudYI1OrLfEPv96GkZh2mxZE7gwvMPsVz9N741Xt9g='; "
    "frame-ancestors "
    "'none'";

bool is_json(std::string_view media_type) noexcept {
  constexpr std::string_view kJson = "application/json";
  return media_type.size() >= kJson.size() &&
         std::ranges::equal(media_type.substr(0, kJson.size()), kJson, {}, codec::to_lower);
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

void append_element(std::string& page, std::string_view name, std::string_view text) {
  page.append("<").append(name).append(">");
  codec::append_html_text(page, text);
  page.append("</").append(name).append(">\n");
}

Response page_of(
    const Request& request,
    const RefusalKind& kind,
    std::string_view message,
    const std::vector<Flaw>& flaws
) {
  const Language language = language_of(request.header("accept-language"));
  std::string page = "<!doctype html>\n<html lang=\"";
  page.append(tag_of(language)).append("\">\n<meta charset=\"utf-8\">\n");
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  append_element(page, "title", kind.title.in(language));
  page.append("<style>").append(kStyle).append("</style>\n<main>\n");
  append_element(page, "h1", kind.title.in(language));
  append_element(page, "p", message);
  if (!flaws.empty()) page += "<ul>\n";
  for (const Flaw& flaw : flaws)
    append_element(
        page,
        "li",
        flaw.path.substr(std::min<std::size_t>(1, flaw.path.size())) + ": " + flaw.message
    );
  if (!flaws.empty()) page += "</ul>\n";
  page += "</main>\n";
  append_element(
      page,
      "footer",
      std::to_string(kind.status) + " " + std::string(kind.code) + " · " + request.request_id
  );
  Response response = Response::text(kind.status, page + "</html>\n");
  response.content_type = "text/html; charset=utf-8";
  response.headers.push_back({"Content-Security-Policy", std::string(kPagePolicy)});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

Response json_of(
    const Request& request,
    const RefusalKind& kind,
    std::string_view message,
    const std::vector<Flaw>& flaws
) {
  std::string body = "{";
  append_member(body, "error", kind.title.in(language_of(request.header("accept-language"))));
  append_member(body, "code", kind.code);
  body += ",\"status\":" + std::to_string(kind.status);
  append_member(body, "message", message);
  append_member(body, "request_id", request.request_id);
  if (!flaws.empty()) append_flaws(body, flaws);
  return Response::json(kind.status, body + "}");
}

}  // namespace

const RefusalKind& kind_of_status(int status) noexcept {
  const auto found = std::ranges::find(kByStatus, status, &RefusalKind::status);
  if (found != kByStatus.end()) return **found;
  return status >= 500 ? kInternalError : kBadRequest;
}

const RefusalKind& kind_of_error(const Error& error) noexcept {
  switch (error.code) {
    case Errc::kInvalid:
      return error.message.starts_with("Malformed JSON") ? kBadJson : kValidationFailed;
    case Errc::kUnprocessable:
      return kValidationFailed;
    default:
      return kind_of_status(status_of(error.code));
  }
}

bool prefers_html(const Request& request) noexcept {
  const std::string_view accept = request.header("accept");
  return accept.contains("text/html") && !is_json(request.header("content-type"));
}

Response refuse(
    const Request& request,
    const RefusalKind& kind,
    std::string_view message,
    const std::vector<Flaw>& flaws
) {
  Response response = prefers_html(request) ? page_of(request, kind, message, flaws)
                                            : json_of(request, kind, message, flaws);
  response.headers.push_back({"Cache-Control", "no-store"});
  if (kind.status == 401) {
    response.headers.push_back(
        {"WWW-Authenticate",
         kind.code == kTokenInvalid.code ? "Bearer error=\"invalid_token\"" : "Bearer"}
    );
  }
  response.refusal = kind.code;
  return response;
}

Response refuse_error(const Request& request, const RefusalKind& kind, const Error& error) {
  Response response = refuse(
      request, kind, kind.status == 500 ? std::string_view("Internal error") : error.message
  );
  if (kind.status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
}

Response refuse_exception(const Request& request, const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const std::bad_alloc&) {
    return refuse(
        request,
        kServiceUnavailable,
        "the node is out of memory; a change may or may not have been made"
    );
  } catch (...) {  // whatever it was, its text is for the log
    return refuse(request, kInternalError, "Internal error");
  }
}

}  // namespace noded::http
