// Refusals of the node's own routes, bknd's apart: one shape for all of them
// (docs/refusal.schema.json), as JSON or, for who prefers HTML, as a page with the same facts and
// the same status. Titles are Chinese where the client prefers that. Pure.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include "modules/auth/session/language.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

// A kind of refusal; the message beside it says what is wrong in this case.
struct RefusalKind {
  int status;
  std::string_view code;
  Words title;
};
inline constexpr RefusalKind kBadJson{400, "BAD_JSON", {"Malformed JSON", "无效的 JSON"}};
inline constexpr RefusalKind kValidationFailed{
    400, "VALIDATION_FAILED", {"Validation failed", "校验失败"}
};
inline constexpr RefusalKind kUnauthenticated{
    401, "UNAUTHENTICATED", {"Authentication required", "需要登录"}
};
inline constexpr RefusalKind kMfaRequired{
    401, "MFA_REQUIRED", {"Second factor required", "需要两步验证"}
};
inline constexpr RefusalKind kReauthRequired{
    403, "REAUTH_REQUIRED", {"Please prove yourself again", "请重新验证身份"}
};
inline constexpr RefusalKind kTokenInvalid{401, "TOKEN_INVALID", {"Invalid token", "无效的令牌"}};
inline constexpr RefusalKind kForbidden{403, "FORBIDDEN", {"Forbidden", "没有权限"}};
inline constexpr RefusalKind kEmailNotVerified{
    403, "EMAIL_NOT_VERIFIED", {"E-mail address not confirmed", "邮箱尚未验证"}
};
inline constexpr RefusalKind kCsrfFailed{
    403, "CSRF_FAILED", {"Request from another site", "跨站请求被拒绝"}
};
inline constexpr RefusalKind kNoSuchUser{404, "NOT_FOUND", {"User not found", "用户未找到"}};
inline constexpr RefusalKind kNotFound{404, "NOT_FOUND", {"Not found", "未找到"}};
inline constexpr RefusalKind kRequestTimeout{
    408, "REQUEST_TIMEOUT", {"Request timed out", "请求超时"}
};
inline constexpr RefusalKind kConflict{409, "CONFLICT", {"Conflict", "冲突"}};
inline constexpr RefusalKind kEmailExists{409, "EMAIL_EXISTS", {"E-mail exists", "邮箱已存在"}};
inline constexpr RefusalKind kUsernameExists{
    409, "USERNAME_EXISTS", {"User name exists", "用户名已存在"}
};
inline constexpr RefusalKind kLastAdministrator{
    409, "LAST_ADMIN", {"Last administrator", "最后一个管理员"}
};
inline constexpr RefusalKind kPreconditionFailed{
    412, "PRECONDITION_FAILED", {"Changed meanwhile", "资源已被修改"}
};
inline constexpr RefusalKind kBodyTooLarge{
    413, "BODY_TOO_LARGE", {"Request body too large", "请求体过大"}
};
inline constexpr RefusalKind kUnsupportedMediaType{
    415, "UNSUPPORTED_MEDIA_TYPE", {"JSON expected", "需要 JSON"}
};
inline constexpr RefusalKind kPreconditionRequired{
    428, "PRECONDITION_REQUIRED", {"If-Match required", "需要 If-Match"}
};
inline constexpr RefusalKind kRateLimited{
    429, "RATE_LIMITED", {"Too many attempts", "尝试次数过多"}
};
inline constexpr RefusalKind kProofRequired{
    429, "PROOF_REQUIRED", {"Proof of work required", "需要工作量证明"}
};
inline constexpr RefusalKind kInternalError{
    500, "INTERNAL_ERROR", {"Internal error", "内部服务器错误"}
};
inline constexpr RefusalKind kMailNotConfigured{
    501, "MAIL_NOT_CONFIGURED", {"No e-mail here", "未配置邮件"}
};
inline constexpr RefusalKind kNoUsernames{
    501, "USERNAME_NOT_CONFIGURED", {"No user names here", "未配置用户名"}
};
inline constexpr RefusalKind kServiceUnavailable{
    503, "SERVICE_UNAVAILABLE", {"Service unavailable", "服务过载"}
};

// A browser that shows pages rather than a program.
bool prefers_html(const http::Request& request) noexcept;

// Why CookieWay::kNone is refused.
inline constexpr std::string_view kNoCookies =
    "no login by plain http here: use https, or set auth.allow_insecure_cookie";

// What is wrong with one member of a body.
struct Flaw {
  std::string path;  // "/email"
  std::string code;  // "invalid_email"
  std::string message;
};

http::Response refuse(
    const http::Request& request,
    const RefusalKind& kind,
    std::string_view message,
    const std::vector<Flaw>& flaws = {}
);
// What a failed call answers; what is internal stays so.
http::Response refuse_error(const http::Request& request, const Error& error);
// 429 with Retry-After.
http::Response refuse_for_now(const http::Request& request, std::int64_t retry_after_s);

// kInvalid naming a member of a request that its route does not know.
Result<> require_known(
    const boost::json::value& fields, std::initializer_list<std::string_view> known
);

}  // namespace noded::auth
