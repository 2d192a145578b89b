#include "modules/auth/users_api/service_answers.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr ServiceRefusal kTimedOut{408, "REQUEST_TIMEOUT", "Request timed out", "请求超时"};
constexpr ServiceRefusal kConflicting{409, "CONFLICT", "Conflict", "冲突"};
constexpr ServiceRefusal kDefect{500, "INTERNAL_ERROR", "Internal error", "内部服务器错误"};
constexpr ServiceRefusal kBusyNode{503, "SERVICE_UNAVAILABLE", "Service overloaded", "服务过载"};

const ServiceRefusal& refusal_of(Errc code) {
  switch (code) {
    case Errc::kInvalid:
    case Errc::kUnprocessable:
      return kBadInput;
    case Errc::kUnauthorized:
      return kNobody;
    case Errc::kForbidden:
      return kNotAllowed;
    case Errc::kNotFound:
      return kNoSuchUser;
    case Errc::kExists:
    case Errc::kConflict:
      return kConflicting;
    case Errc::kTooLarge:
      return kLargeBody;
    case Errc::kTimeout:
      return kTimedOut;
    case Errc::kOverloaded:
    case Errc::kUnavailable:
      return kBusyNode;
    default:
      return kDefect;
  }
}

// By the first language that the client names, which is the one that people configure.
bool prefers_chinese(const http::Request& request) {
  return request.header("accept-language").starts_with("zh");
}

json::array details_of(const std::vector<Flaw>& flaws) {
  json::array details;
  for (const Flaw& flaw : flaws) {
    details.push_back(
        json::object{{"path", flaw.path}, {"code", flaw.code}, {"message", flaw.message}}
    );
  }
  return details;
}

}  // namespace

http::Response refuse_as(
    const http::Request& request,
    const ServiceRefusal& refusal,
    std::string_view message,
    const std::vector<Flaw>& flaws
) {
  json::object body{
      {"error", prefers_chinese(request) ? refusal.chinese_title : refusal.title},
      {"code", refusal.code},
      {"status", refusal.status},
      {"message", message},
      {"request_id", request.request_id},
  };
  if (!flaws.empty()) body.emplace("details", details_of(flaws));
  http::Response response = http::Response::json(refusal.status, codec::to_json_text(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  if (refusal.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (refusal.status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
}

http::Response refuse_as(const http::Request& request, const Error& error) {
  const ServiceRefusal& refusal = refusal_of(error.code);
  const bool is_defect = &refusal == &kDefect;
  return refuse_as(request, refusal, is_defect ? "the node's log says why" : error.message);
}

}  // namespace noded::auth
