#include "modules/auth/login_request.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kMostFields = 64;
constexpr std::string_view kJson = "application/json";

// Without parameters (RFC 9110 §8.3.1).
bool is_media_type(std::string_view field, std::string_view type) {
  std::string_view given = field.substr(0, field.find(';'));
  while (given.ends_with(' ') || given.ends_with('\t'))
    given.remove_suffix(1);
  return given == type || std::ranges::equal(given, type, {}, codec::to_lower);
}

}  // namespace

http::Route credentials_route(http::Method method, std::string pattern, http::Handler handler) {
  return {
      .method = method,
      .pattern = std::move(pattern),
      .permission = {},
      .summary = {},
      .request_schema = {},
      .response_schema = {},
      .handler = std::move(handler),
      .max_body = kMaxCredentials
  };
}

Result<boost::json::object> parse_form(std::string_view text) {
  const auto sent = codec::parse_form_fields(text);
  if (!sent) return fail(Errc::kInvalid, "Malformed form data");
  boost::json::object fields;
  for (const auto& [name, value] : *sent) {
    if (fields.size() >= kMostFields) return fail(Errc::kInvalid, "Too many form fields");
    fields.emplace(name, value);
  }
  return fields;
}

bool wants_json(const http::Request& request) noexcept {
  return is_media_type(request.header("content-type"), kJson) || request.header("accept") == kJson;
}

bool accepts_html(const http::Request& request) noexcept {
  return request.header("accept").contains("text/html");
}

Task<Result<boost::json::value>> read_fields(http::Request& request) {
  const auto body = co_await request.read_body(kMaxCredentials);
  if (!body) co_return std::unexpected(body.error());
  const std::string_view type = request.header("content-type");
  if (is_media_type(type, "application/x-www-form-urlencoded")) {
    auto fields = parse_form(*body);
    if (!fields) co_return std::unexpected(std::move(fields.error()));
    co_return boost::json::value(std::move(*fields));
  }
  if (!type.empty() && !is_media_type(type, kJson)) {
    co_return fail(Errc::kInvalid, "Expected JSON or a form, not " + std::string(type));
  }
  co_return codec::parse_json(*body, "request body", {.max_depth = request.json_depth});
}

std::string text_field(const boost::json::value& fields, std::string_view name) {
  if (!fields.is_object()) return {};
  const boost::json::value* member = fields.get_object().if_contains(name);
  if (member == nullptr || !member->is_string()) return {};
  return std::string(std::string_view(member->get_string()));
}

}  // namespace noded::auth
