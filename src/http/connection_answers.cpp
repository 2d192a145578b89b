// The part of a connection that renders answers and writes them.
#include "http/connection.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace noded::http {

HeadShape Connection::shape_head(const Response& response, bool keeps) {
  HeadShape shape;
  shape.date_line = loop_.date_line();
  shape.request_id = request_.request_id;
  shape.length = response.body.size();
  if (response.source != nullptr) {
    const auto size = response.source->size();
    shape.length = size.value_or(0);
    if (!size) shape.framing = parser_.head().is_http_1_0 ? Framing::kToClose : Framing::kChunked;
  }
  shape.closes = !keeps || shape.framing == Framing::kToClose;
  shape.names_keep_alive = !shape.closes && parser_.head().is_http_1_0;
  return shape;
}

void Connection::append_answer(const Response& response, bool keeps) {
  if (out_.empty()) out_ = loop_.take_buffer();
  append_head(out_, response, shape_head(response, keeps));
}

// An answer of the server's own, the last one of the connection.
void Connection::append_refusal(const Response& response) {
  append_answer(response, false);
  if (!request_.is_head) out_ += response.body;
}

// Writes what is rendered and a long body behind it without copying what the peer takes at once.
Task<bool> Connection::send_body(std::string_view body) {
  const std::size_t taken = stream_->try_write(out_, body);
  if (taken >= out_.size()) {
    body.remove_prefix(taken - out_.size());
    out_.assign(body);
  } else {
    out_.erase(0, taken);
    out_ += body;
  }
  if (out_.empty()) co_return true;
  co_return co_await flush();
}

Task<bool> Connection::send_source(Response& response, bool keeps) {
  const HeadShape shape = shape_head(response, keeps);
  append_head(out_, response, shape);
  const auto size = response.source->size();
  source_ = response.source.get();
  struct Forget {
    BodySource*& source;
    ~Forget() { source = nullptr; }
  };
  const Forget at_the_end{source_};
  if (loop_.is_draining()) source_->end_soon();
  std::uint64_t sent = 0;
  for (;;) {
    phase_ = Phase::kStreaming;
    expires_at_ = SteadyTime::max();
    flush_when_suspended();
    const auto part = co_await response.source->read();
    if (was_cut_ || !part) co_return false;
    if (part->empty()) break;
    sent += part->size();
    if (size && sent > *size) co_return false;
    const bool taken = co_await send_part(*part, shape.framing == Framing::kChunked);
    if (!taken) co_return false;
  }
  if (shape.framing == Framing::kChunked) out_ += "0\r\n\r\n";
  co_return shape.framing == Framing::kChunked || (size && sent == *size);
}

Task<bool> Connection::send_part(std::string_view part, bool is_chunked) {
  if (is_chunked) append_chunk_line(out_, part.size());
  const bool taken = co_await send_body(part);
  if (taken && is_chunked) out_ += "\r\n";
  co_return taken;
}

bool Connection::try_flush() {
  const std::size_t taken = stream_->try_write(out_, {});
  if (taken < out_.size()) {
    out_.erase(0, taken);
    return false;
  }
  loop_.give_back(std::exchange(out_, {}));
  return true;
}

Task<bool> Connection::flush() {
  for (std::size_t done = 0; done < out_.size();) {
    enter(Phase::kWriting, limits_.write_timeout);
    const auto [error, count] = co_await stream_->write_some(net::buffer(out_) + done);
    if (error) {
      peer_ended_ = true;  // nothing can be said to it any more
      co_return false;
    }
    done += count;
  }
  loop_.give_back(std::exchange(out_, {}));
  co_return true;
}

// Answers of earlier requests, or the head of a streamed one, must not wait for a slow next step.
void Connection::flush_when_suspended() {
  if (std::exchange(is_flush_posted_, true)) return;
  net::post(loop_.io(), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->is_flush_posted_ = false;
    const bool is_free = self->phase_ == Phase::kHandling || self->phase_ == Phase::kBody ||
                         self->phase_ == Phase::kStreaming;
    if (is_free && !self->out_.empty()) self->try_flush();
  });
}

}  // namespace noded::http
