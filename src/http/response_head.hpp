// Status lines and header fields of answers, appended to a reused string.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::http {

std::string_view reason_of(int status) noexcept;  // RFC 9110 §15; "Status" for others

// The Date field's line, made once a second. One per loop.
class DateLine {
 public:
  std::string_view at(WallTime now);

 private:
  std::int64_t second_ = -1;
  std::string line_;  // "Date: …\r\n"
};

enum class Framing : std::uint8_t {
  kLength,  // Content-Length tells
  kChunked,
  kToClose,  // HTTP/1.0 and a body of unknown size
};

struct HeadShape {
  std::string_view date_line;
  std::string_view request_id;  // empty: no X-Request-Id
  Framing framing = Framing::kLength;
  std::uint64_t length = 0;
  bool closes = false;            // Connection: close
  bool names_keep_alive = false;  // Connection: keep-alive, for HTTP/1.0
};

// No body follows such a status, whatever the response holds.
bool is_bodiless(int status) noexcept;

// Control characters in header values become spaces, so that no value can begin another field.
void append_head(std::string& out, const Response& response, const HeadShape& shape);

// "1f\r\n": the line before a chunk; its data and "\r\n" follow.
void append_chunk_line(std::string& out, std::size_t size);

}  // namespace noded::http
