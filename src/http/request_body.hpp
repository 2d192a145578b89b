// RequestBody: the BodyReader of a connection: Content-Length and chunked bodies, read on demand.
#pragma once

#include "noded/http.hpp"

#include "http/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::http {

// Where the body's bytes come from once the buffered ones are used up: the connection.
class BodyTransport {
 public:
  virtual ~BodyTransport() = default;
  // Tells the peer to send (100 Continue) if it waits for that, then reads at least one byte.
  // Errors: kTimeout (the peer is too slow), kUnavailable (it went away).
  virtual Task<Result<std::size_t>> receive(net::mutable_buffer buffer) = 0;
};

class RequestBody final : public BodyReader {
 public:
  RequestBody(BodyTransport& transport, RequestParser& parser, const HeadLimits& limits)
      : transport_(transport), parser_(parser), limits_(limits) {}

  // `buffered` is what was received behind the head; it stays in place until the request ends.
  // `request.route` is looked at by the first read(): its max_body, or else `limit`, holds.
  void begin(const Request& request, std::string_view buffered, std::uint64_t limit);

  Task<Result<std::string_view>> read() override;
  std::optional<std::uint64_t> declared_size() const override;
  // Leaves out what came with the head of a body that nobody wanted. True: that was all of it.
  bool skip_buffered();

  bool is_finished() const noexcept { return finished_; }
  // Why read() failed; null if it did not. The connection cannot be used for another request then.
  const Error* failure() const noexcept { return failure_ ? &*failure_ : nullptr; }
  std::uint64_t remaining() const noexcept { return remaining_; }  // of Content-Length
  // Bytes of `buffered` that belonged to this request.
  std::size_t taken() const noexcept { return taken_; }
  // Bytes read from the transport behind the end of the body: the next request.
  std::string_view surplus() const noexcept;
  void release();  // gives back the memory of a long body

 private:
  Task<Result<std::string_view>> read_chunk();
  Result<std::string_view> take_counted(std::string_view bytes);
  std::string_view take_buffered();
  std::unexpected<Error> fail_with(Error error);

  BodyTransport& transport_;
  RequestParser& parser_;
  const HeadLimits& limits_;

  const Request* request_ = nullptr;
  std::string_view buffered_;
  std::size_t taken_ = 0;
  boost::beast::flat_buffer own_;  // what was received since; the first used_ bytes are done with
  std::size_t used_ = 0;
  std::uint64_t default_limit_ = 0;
  std::uint64_t remaining_ = 0;  // of Content-Length
  std::uint64_t delivered_ = 0;
  bool is_own_ = false;  // the rest of `buffered_` was moved to own_
  bool finished_ = true;
  std::optional<Error> failure_;
};

}  // namespace noded::http
