#include "http/error_answer.hpp"

#include "codec/json.hpp"

#include <utility>

namespace noded::http {

int status_of(Errc code) noexcept {
  switch (code) {
    case Errc::kInvalid:
      return 400;
    case Errc::kUnprocessable:
      return 422;
    case Errc::kUnauthorized:
      return 401;
    case Errc::kForbidden:
      return 403;
    case Errc::kNotFound:
      return 404;
    case Errc::kExists:
      return 409;
    case Errc::kConflict:
      return 409;
    case Errc::kTooLarge:
      return 413;
    case Errc::kTimeout:
      return 408;
    case Errc::kOverloaded:
      return 503;
    case Errc::kUnavailable:
      return 503;
    case Errc::kWouldBlock:
    case Errc::kInternal:
      break;
  }
  return 500;
}

Response answer_error(const Error& error) {
  const int status = status_of(error.code);
  if (status == 500) return answer_refusal(500, "Internal error");
  std::string body;
  body.reserve(64 + error.message.size() + error.members.size());
  body += R"({"error":)";
  codec::append_json_string(body, error.message);
  if (!error.type.empty()) {
    body += R"(,"type":)";
    codec::append_json_string(body, error.type);
  }
  if (error.members.size() > 2) {  // more than "{}": the inside of the object is spliced in
    body += ',';
    body.append(error.members, 1, error.members.size() - 2);
  }
  body += '}';
  Response response = Response::json(status, std::move(body));
  if (error.code == Errc::kOverloaded) response.headers.push_back({"Retry-After", "1"});
  return response;
}

Response answer_refusal(int status, std::string_view message) {
  std::string body = R"({"error":)";
  codec::append_json_string(body, message);
  body += '}';
  return Response::json(status, std::move(body));
}

Task<Response> answered(Response response) {
  co_return response;
}

}  // namespace noded::http
