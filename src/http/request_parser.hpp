// RequestParser: bytes of a connection to request heads and body parts, by RFC 9112 and stricter:
// nothing is repaired. Wraps Beast's parser and adds what it leaves to its caller (limits by line,
// Host, Transfer-Encoding, target forms). One per connection, reused from request to request.
#pragma once

#include "noded/http.hpp"

#include "http/server_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace noded::http {

// All views point into the bytes given to parse_head().
struct RequestHead {
  Method method = Method::kGet;  // HEAD is kGet with is_head
  bool is_head = false;
  bool is_http_1_0 = false;
  bool keep_alive = true;
  bool is_chunked = false;
  bool expects_continue = false;
  std::string_view target;  // path?query; of the absolute form only that part; "*" for OPTIONS *
  std::string_view path;
  std::string_view query;
  std::optional<std::uint64_t> content_length;
  std::vector<Header> headers;
};

struct Refusal {
  int status = 400;
  std::string_view reason;  // static text
};

enum class HeadState : std::uint8_t { kMore, kReady, kRefused };

struct ChunkStep {
  enum class State : std::uint8_t { kMore, kData, kEnd, kRefused };
  State state = State::kMore;
  std::size_t consumed = 0;
  std::string_view data;  // with kData; points into the bytes given
};

class RequestParser {
 public:
  explicit RequestParser(const HeadLimits& limits);
  ~RequestParser();

  // Looks at everything received since the end of the last request; call again with the same bytes
  // and more behind them after kMore. They may lie elsewhere then.
  HeadState parse_head(std::string_view bytes);
  const RequestHead& head() const noexcept { return head_; }
  std::size_t head_size() const noexcept { return head_size_; }  // bytes, after kReady
  const Refusal& refusal() const noexcept { return refusal_; }   // after kRefused
  bool has_begun() const noexcept { return line_begin_ > begin_ || partial_line_; }

  // The next part of a chunked body; only after kReady of a head with is_chunked. Bytes not
  // consumed are given again with more behind them.
  ChunkStep parse_chunk(std::string_view bytes);

  void begin_next();  // forgets the request; the head's views are dead

 private:
  class Message;

  HeadState refuse(int status, std::string_view reason);
  bool check_line(std::string_view bytes, std::size_t end);
  bool check_size(std::size_t line, std::size_t end);
  HeadState parse_whole(std::string_view head);
  bool check_head();
  bool check_target();

  const HeadLimits limits_;
  std::unique_ptr<Message> message_;
  RequestHead head_;
  Refusal refusal_;
  std::size_t head_size_ = 0;

  // The scan for the end of the head; offsets into the bytes given.
  std::size_t begin_ = 0;  // of the request line
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;
  std::size_t fields_begin_ = 0;
  std::size_t lines_ = 0;  // whole ones, the request line included
  bool partial_line_ = false;
};

}  // namespace noded::http
