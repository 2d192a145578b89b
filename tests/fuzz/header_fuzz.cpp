// Values of header fields that find their way into an answer: whatever was sent, the answer's head
// is one status line, fields, and one empty line at its end.
#include "gateway/cors.hpp"
#include "gateway/request_ids.hpp"
#include "http/authority.hpp"
#include "http/response_head.hpp"
#include "modules/auth/cookie.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/redirect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded;

void check_head(const std::string& head, std::size_t fields) {
  if (!head.ends_with("\r\n\r\n") || head.find("\r\n\r\n") != head.size() - 4) std::abort();
  const auto lines = static_cast<std::size_t>(std::ranges::count(head, '\n'));
  if (lines != fields + 2 || static_cast<std::size_t>(std::ranges::count(head, '\r')) != lines)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::array<http::Header, 7> headers{{
      {"Host", text},
      {"Origin", text},
      {"X-Request-Id", text},
      {"Content-Type", text},
      {"Accept", text},
      {"Access-Control-Request-Headers", text},
      {"Referer", text},
  }};
  http::Request request;
  request.method = http::Method::kOptions;
  request.headers = headers;
  gateway::assign_request_id(request, WallTime{});
  if (!gateway::is_request_id(request.request_id)) std::abort();
  static_cast<void>(auth::wants_json(request));
  static_cast<void>(http::is_authority(text));

  gateway::Cors cors(gateway::CorsRules{.origin = std::string(text), .allow_headers = {}});
  http::Response response = cors.before(request).value_or(http::Response{});
  cors.after(request, response);
  const auto path = auth::path_of_referer(text, "example.com");
  if (path) response.headers.push_back({"Location", *path});
  response.headers.push_back({"Set-Cookie", auth::flash_cookie("error", text)});
  std::string head;
  http::append_head(head, response, {.date_line = {}, .request_id = request.request_id});
  check_head(head, response.headers.size() + 1);
  return 0;
}
