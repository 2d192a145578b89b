// Refusals in the one shape of the node's own routes, bknd's apart:
//
// {"error":title,"code":"UPPER_SNAKE","status":n,"message":text,"request_id":text,
//  "details":[{"path":"/email","code":"invalid_email","message":text}]}
//
// `details` is there for what a body breaks, with all of it. Titles are Chinese where the client
// prefers that. Pure.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

struct ServiceRefusal {
  int status;
  std::string_view code;
  std::string_view title;
  std::string_view chinese_title;
};

inline constexpr ServiceRefusal kBadJsonBody{400, "BAD_JSON", "Malformed JSON", "无效的 JSON"};
inline constexpr ServiceRefusal kBadInput{
    400, "VALIDATION_FAILED", "Validation failed", "校验失败"
};
inline constexpr ServiceRefusal kNobody{
    401, "UNAUTHENTICATED", "Authentication required", "需要登录"
};
inline constexpr ServiceRefusal kNotAllowed{403, "FORBIDDEN", "Forbidden", "没有权限"};
inline constexpr ServiceRefusal kNoSuchUser{404, "NOT_FOUND", "User not found", "用户未找到"};
inline constexpr ServiceRefusal kEmailTaken{409, "EMAIL_EXISTS", "E-mail exists", "邮箱已存在"};
inline constexpr ServiceRefusal kUsernameTaken{
    409, "USERNAME_EXISTS", "User name exists", "用户名已存在"
};
inline constexpr ServiceRefusal kLastAdministrator{
    409, "LAST_ADMIN", "Last administrator", "最后一个管理员"
};
inline constexpr ServiceRefusal kStale{
    412, "PRECONDITION_FAILED", "Changed meanwhile", "资源已被修改"
};
inline constexpr ServiceRefusal kNoPrecondition{
    428, "PRECONDITION_REQUIRED", "If-Match required", "需要 If-Match"
};
inline constexpr ServiceRefusal kNoJsonBody{
    415, "UNSUPPORTED_MEDIA_TYPE", "JSON expected", "需要 JSON"
};
inline constexpr ServiceRefusal kLargeBody{
    413, "BODY_TOO_LARGE", "Request body too large", "请求体过大"
};
inline constexpr ServiceRefusal kNoUsernames{
    501, "USERNAME_NOT_CONFIGURED", "No user names here", "未配置用户名"
};

// What is wrong with one member of a body.
struct Flaw {
  std::string path;  // "/email"
  std::string code;  // "invalid_email"
  std::string message;
};

http::Response refuse_as(
    const http::Request& request,
    const ServiceRefusal& refusal,
    std::string_view message,
    const std::vector<Flaw>& flaws = {}
);
// What the code of the error says; nothing of a defect.
http::Response refuse_as(const http::Request& request, const Error& error);

}  // namespace noded::auth
