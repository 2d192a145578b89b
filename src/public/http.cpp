#include "noded/http.hpp"

#include <algorithm>
#include <utility>

namespace noded::http {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

const Header* find_header(std::span<const Header> headers, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(headers, [&](const Header& header) {
    return same_name(header.name, name);
  });
  return found == headers.end() ? nullptr : &*found;
}

// A body announced as larger than this is not given its memory before its bytes arrive.
constexpr std::uint64_t kMostReserved = std::uint64_t{1} << 20;

// What a handler and the filters put into most answers: a list that grows by and by is moved often.
constexpr std::size_t kUsualHeaders = 6;

Response response_of(int status) {
  Response response;
  response.status = status;
  response.headers.reserve(kUsualHeaders);
  return response;
}

}  // namespace

std::string_view to_text(Method method) noexcept {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kOther:
      break;
  }
  return "OTHER";
}

std::string_view Request::header(std::string_view name) const noexcept {
  const Header* found = find_header(headers, name);
  return found == nullptr ? std::string_view() : found->value;
}

bool Request::has_header(std::string_view name) const noexcept {
  return find_header(headers, name) != nullptr;
}

std::string_view Request::parameter(std::string_view name) const noexcept {
  const auto found = std::ranges::find(parameters, name, &PathParameter::name);
  return found == parameters.end() ? std::string_view() : std::string_view(found->value);
}

Task<Result<std::string>> Request::read_body(std::uint64_t limit) {
  const std::uint64_t declared = body->declared_size().value_or(0);
  if (declared > limit) co_return fail(Errc::kTooLarge, "the request body is too large");
  std::string text;
  text.reserve(static_cast<std::size_t>(std::min(declared, kMostReserved)));
  for (;;) {
    const auto part = co_await body->read();
    if (!part) co_return std::unexpected(part.error());
    if (part->empty()) co_return text;
    if (part->size() > limit - text.size()) {
      co_return fail(Errc::kTooLarge, "the request body is too large");
    }
    text.append(*part);
  }
}

Response Response::json(int status, std::string body) {
  Response response = response_of(status);
  response.body = std::move(body);
  return response;
}

Response Response::text(int status, std::string body) {
  Response response = response_of(status);
  response.content_type = "text/plain; charset=UTF-8";
  response.body = std::move(body);
  return response;
}

Response Response::redirect(int status, std::string location) {
  Response response = response_of(status);
  response.headers.push_back({"Location", std::move(location)});
  return response;
}

}  // namespace noded::http
