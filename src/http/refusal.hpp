// Refusals of the node's own, bknd's routes apart: one shape for all of them
// (docs/refusal.schema.json), as JSON or, for who prefers HTML, as a page with the same facts and
// the same status. Titles are Chinese where the client prefers that. Pure.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include "http/language.hpp"

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace noded::http {

// A kind of refusal; the message beside it says what is wrong in this case.
struct RefusalKind {
  int status;
  std::string_view code;
  Words title;
};
inline constexpr RefusalKind kBadRequest{400, "BAD_REQUEST", {"Bad request", "无效的请求"}};
inline constexpr RefusalKind kBadJson{400, "BAD_JSON", {"Malformed JSON", "无效的 JSON"}};
inline constexpr RefusalKind kBadPath{400, "BAD_PATH", {"Malformed path", "无效的路径"}};
inline constexpr RefusalKind kValidationFailed{
    400, "VALIDATION_FAILED", {"Validation failed", "校验失败"}
};
inline constexpr RefusalKind kUnauthenticated{
    401, "UNAUTHENTICATED", {"Authentication required", "需要登录"}
};
inline constexpr RefusalKind kTokenInvalid{401, "TOKEN_INVALID", {"Invalid token", "无效的令牌"}};
inline constexpr RefusalKind kForbidden{403, "FORBIDDEN", {"Forbidden", "没有权限"}};
inline constexpr RefusalKind kNotFound{404, "NOT_FOUND", {"Not found", "未找到"}};
inline constexpr RefusalKind kRequestTimeout{
    408, "REQUEST_TIMEOUT", {"Request timed out", "请求超时"}
};
inline constexpr RefusalKind kConflict{409, "CONFLICT", {"Conflict", "冲突"}};
inline constexpr RefusalKind kBodyTooLarge{
    413, "BODY_TOO_LARGE", {"Request body too large", "请求体过大"}
};
inline constexpr RefusalKind kTargetTooLong{
    414, "TARGET_TOO_LONG", {"Request target too long", "请求地址过长"}
};
inline constexpr RefusalKind kUnsupportedMediaType{
    415, "UNSUPPORTED_MEDIA_TYPE", {"JSON expected", "需要 JSON"}
};
inline constexpr RefusalKind kExpectationFailed{
    417, "EXPECTATION_FAILED", {"Expectation failed", "无法满足期望"}
};
inline constexpr RefusalKind kUnknownHost{421, "UNKNOWN_HOST", {"Unknown host", "未知的主机"}};
inline constexpr RefusalKind kRateLimited{
    429, "RATE_LIMITED", {"Too many attempts", "尝试次数过多"}
};
inline constexpr RefusalKind kHeadersTooLarge{
    431, "HEADERS_TOO_LARGE", {"Request head too large", "请求头过大"}
};
inline constexpr RefusalKind kInternalError{
    500, "INTERNAL_ERROR", {"Internal error", "内部服务器错误"}
};
inline constexpr RefusalKind kNotImplemented{501, "NOT_IMPLEMENTED", {"Not implemented", "未实现"}};
inline constexpr RefusalKind kServiceUnavailable{
    503, "SERVICE_UNAVAILABLE", {"Service unavailable", "服务过载"}
};
inline constexpr RefusalKind kVersionNotSupported{
    505, "VERSION_NOT_SUPPORTED", {"HTTP version not supported", "不支持的 HTTP 版本"}
};

// The kind of a refusal of which only the status is known.
const RefusalKind& kind_of_status(int status) noexcept;
// What a failed call is refused as.
const RefusalKind& kind_of_error(const Error& error) noexcept;

// A browser that shows pages rather than a program.
bool prefers_html(const Request& request) noexcept;

// What is wrong with one member of a body.
struct Flaw {
  std::string path;  // "/email"
  std::string code;  // "invalid_email"
  std::string message;
};

// A 401 says how to authenticate, a 503 when to come again.
Response refuse(
    const Request& request,
    const RefusalKind& kind,
    std::string_view message,
    const std::vector<Flaw>& flaws = {}
);
// The same for a failed call; what is internal stays so.
Response refuse_error(const Request& request, const RefusalKind& kind, const Error& error);

// For what a handler threw: 503 where memory ran out, which is no defect, else 500. Neither tells
// whether what was asked has been done.
Response refuse_exception(const Request& request, const std::exception_ptr& cause);

// What kRequestTimeout says of a request whose deadline passed.
inline constexpr std::string_view kNoAnswer =
    "there was no answer within the time that the request has";

}  // namespace noded::http
