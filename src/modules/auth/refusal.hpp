// Refusals of the module's own routes, bknd's apart, in the shape that all refusals of the node
// have. Pure.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"
#include "noded/result.hpp"

#include "http/refusal.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

using http::Flaw;
using http::kBadJson;
using http::kConflict;
using http::kForbidden;
using http::kNotFound;
using http::kRateLimited;
using http::kTokenInvalid;
using http::kUnauthenticated;
using http::kUnsupportedMediaType;
using http::kValidationFailed;
using http::prefers_html;
using http::RefusalKind;
using http::refuse;

inline constexpr RefusalKind kMfaRequired{
    401, "MFA_REQUIRED", {"Second factor required", "需要两步验证"}
};
inline constexpr RefusalKind kReauthRequired{
    403, "REAUTH_REQUIRED", {"Please prove yourself again", "请重新验证身份"}
};
inline constexpr RefusalKind kEmailNotVerified{
    403, "EMAIL_NOT_VERIFIED", {"E-mail address not confirmed", "邮箱尚未验证"}
};
inline constexpr RefusalKind kCsrfFailed{
    403, "CSRF_FAILED", {"Request from another site", "跨站请求被拒绝"}
};
inline constexpr RefusalKind kNoSuchUser{404, "NOT_FOUND", {"User not found", "用户未找到"}};
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
inline constexpr RefusalKind kPreconditionRequired{
    428, "PRECONDITION_REQUIRED", {"If-Match required", "需要 If-Match"}
};
inline constexpr RefusalKind kProofRequired{
    429, "PROOF_REQUIRED", {"Proof of work required", "需要工作量证明"}
};
inline constexpr RefusalKind kMailNotConfigured{
    501, "MAIL_NOT_CONFIGURED", {"No e-mail here", "未配置邮件"}
};
inline constexpr RefusalKind kNoUsernames{
    501, "USERNAME_NOT_CONFIGURED", {"No user names here", "未配置用户名"}
};

// Why CookieWay::kNone is refused.
inline constexpr std::string_view kNoCookies =
    "no login by plain http here: use https, or set auth.allow_insecure_cookie";

// What a failed call answers; what is internal stays so.
http::Response refuse_error(const http::Request& request, const Error& error);
// Why whoever asks may not do what takes that permission; empty: they may. 401 for nobody who is
// signed in; 403, REAUTH_REQUIRED where a new sign-in would be enough.
std::optional<http::Response> refuse_without(
    const http::Request& request, Authorizer& authorizer, std::string_view permission
);
// 429 with Retry-After.
http::Response refuse_for_now(const http::Request& request, std::int64_t retry_after_s);

// kInvalid naming a member of a request that its route does not know.
Result<> require_known(
    const boost::json::value& fields, std::initializer_list<std::string_view> known
);

}  // namespace noded::auth
