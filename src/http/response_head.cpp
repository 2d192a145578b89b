#include "http/response_head.hpp"

#include "codec/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace noded::http {
namespace {

// Room for most answers at once: a head that grows by and by is copied five times.
constexpr std::size_t kUsualHead = 512;
constexpr std::size_t kUsualBody = 4096;

template <class Integer>
void append_number(std::string& out, Integer number, int base = 10) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

constexpr bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20) | (byte == 0x7f);
}

// Looks at every byte, which the compiler turns into a few wide comparisons.
bool has_control(std::string_view text) noexcept {
  bool has = false;
  for (const char c : text)
    has |= is_control(c);
  return has;
}

// What a handler gives as a value ends no line.
void append_field(std::string& out, const ResponseHeader& header) {
  append_line(out, header.name, header.value);
  if (!has_control(header.value)) return;
  const auto end = out.end() - 2;
  std::replace_if(end - static_cast<std::ptrdiff_t>(header.value.size()), end, is_control, ' ');
}

}  // namespace

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

std::string_view DateLine::at(WallTime now) {
  const std::int64_t second =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second != second_) {
    second_ = second;
    line_ = "Date: " + codec::format_http_date(second) + "\r\n";
  }
  return line_;
}

bool is_bodiless(int status) noexcept {
  return status == 204 || status == 304 || (status >= 100 && status < 200);
}

void append_head(std::string& out, const Response& response, const HeadShape& shape) {
  out.reserve(out.size() + kUsualHead + std::min(response.body.size(), kUsualBody));
  out += "HTTP/1.1 ";
  append_number(out, response.status);
  out += ' ';
  out += reason_of(response.status);
  out += "\r\n";
  out += shape.date_line;
  const bool has_body = !is_bodiless(response.status);
  if (has_body && shape.framing == Framing::kLength) {
    out += "Content-Length: ";
    append_number(out, shape.length);
    out += "\r\n";
  } else if (has_body && shape.framing == Framing::kChunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  const bool is_empty = shape.framing == Framing::kLength && shape.length == 0;
  if (has_body && !is_empty && !response.content_type.empty()) {
    append_line(out, "Content-Type", response.content_type);
  }
  if (!shape.request_id.empty()) append_line(out, "X-Request-Id", shape.request_id);
  for (const ResponseHeader& header : response.headers)
    append_field(out, header);
  if (shape.closes)
    out += "Connection: close\r\n";
  else if (shape.names_keep_alive)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

void append_chunk_line(std::string& out, std::size_t size) {
  append_number(out, size, 16);
  out += "\r\n";
}

}  // namespace noded::http
