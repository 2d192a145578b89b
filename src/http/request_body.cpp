#include "http/request_body.hpp"

#include <algorithm>
#include <utility>

namespace noded::http {
namespace {

constexpr std::size_t kReadSize = 16 << 10;
constexpr std::size_t kLineSlack = 32;  // a chunk's size and line ends, beside its extension

std::string_view view_of(const boost::beast::flat_buffer& buffer) {
  const auto data = buffer.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

}  // namespace

void RequestBody::begin(const Request& request, std::string_view buffered, std::uint64_t limit) {
  const RequestHead& head = parser_.head();
  request_ = &request;
  buffered_ = buffered;
  taken_ = used_ = 0;
  own_.clear();
  default_limit_ = limit;
  remaining_ = head.content_length.value_or(0);
  delivered_ = 0;
  is_own_ = false;
  finished_ = !head.is_chunked && remaining_ == 0;
  failure_.reset();
}

std::optional<std::uint64_t> RequestBody::declared_size() const {
  return parser_.head().content_length;
}

std::string_view RequestBody::surplus() const noexcept {
  return view_of(own_).substr(used_);
}

void RequestBody::release() {
  own_.clear();
  own_.shrink_to_fit();
  used_ = 0;
}

std::unexpected<Error> RequestBody::fail_with(Error error) {
  failure_ = error;
  return std::unexpected(std::move(error));
}

Result<std::string_view> RequestBody::take_counted(std::string_view bytes) {
  const Route* route = request_->route;
  const std::uint64_t limit =
      route != nullptr && route->max_body != 0 ? route->max_body : default_limit_;
  if (bytes.size() + remaining_ > limit - std::min(limit, delivered_)) {
    return fail_with({Errc::kTooLarge, "the request body is too large", {}, {}});
  }
  delivered_ += bytes.size();
  return bytes;
}

std::string_view RequestBody::take_buffered() {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, buffered_.size() - taken_));
  const std::string_view part = buffered_.substr(taken_, size);
  taken_ += size;
  return part;
}

bool RequestBody::skip_buffered() {
  if (failure_ || is_own_ || parser_.head().is_chunked) return finished_;
  remaining_ -= take_buffered().size();
  finished_ = remaining_ == 0;
  return finished_;
}

Task<Result<std::string_view>> RequestBody::read() {
  if (failure_) co_return std::unexpected(*failure_);
  if (finished_) co_return std::string_view();
  if (parser_.head().is_chunked) co_return co_await read_chunk();

  // The limit is checked against all that is announced before anything is taken or asked for.
  if (delivered_ == 0) {
    const auto allowed = take_counted({});
    if (!allowed) co_return std::unexpected(allowed.error());
  }
  std::string_view part = take_buffered();
  if (part.empty()) {
    own_.clear();
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, kReadSize));
    const auto received = co_await transport_.receive(own_.prepare(size));
    if (!received) co_return fail_with(received.error());
    own_.commit(*received);
    used_ = *received;
    part = view_of(own_);
  }
  remaining_ -= part.size();
  delivered_ += part.size();
  finished_ = remaining_ == 0;
  co_return part;
}

Task<Result<std::string_view>> RequestBody::read_chunk() {
  for (;;) {
    const std::string_view bytes = is_own_ ? view_of(own_).substr(used_) : buffered_.substr(taken_);
    const ChunkStep step = parser_.parse_chunk(bytes);
    (is_own_ ? used_ : taken_) += step.consumed;
    switch (step.state) {
      case ChunkStep::State::kData:
        co_return take_counted(step.data);
      case ChunkStep::State::kEnd:
        finished_ = true;
        co_return std::string_view();
      case ChunkStep::State::kRefused:
        co_return fail_with({Errc::kInvalid, "the chunked request body is malformed", {}, {}});
      case ChunkStep::State::kMore:
        break;
    }
    const std::string_view rest = bytes.substr(step.consumed);
    // Whatever stays unconsumed is a chunk's line or the trailers.
    if (rest.size() > limits_.fields_size + limits_.chunk_extension + kLineSlack) {
      co_return fail_with({Errc::kInvalid, "a chunk extension or the trailers are too long", {}, {}}
      );
    }
    if (is_own_) {
      own_.consume(used_);
    } else {
      own_.clear();
      own_.commit(net::buffer_copy(own_.prepare(rest.size()), net::buffer(rest)));
      taken_ = buffered_.size();
      is_own_ = true;
    }
    used_ = 0;
    const auto received = co_await transport_.receive(own_.prepare(kReadSize));
    if (!received) co_return fail_with(received.error());
    own_.commit(*received);
  }
}

}  // namespace noded::http
