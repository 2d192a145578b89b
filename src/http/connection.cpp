#include "http/connection.hpp"

#include "http/refusal.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace noded::http {
namespace {

constexpr std::size_t kReadSize = 4 << 10;   // of an idle connection's buffer
constexpr std::size_t kMostKept = 16 << 10;  // buffers larger than this are not kept while idle
constexpr std::size_t kMostDiscarded = 64 << 10;  // of a body that the handler did not want
constexpr int kOverloaded = 503;
constexpr std::size_t kMostCopied = 32 << 10;  // bodies up to this size join the head in one buffer

std::string_view view_of(const boost::beast::flat_buffer& buffer) {
  const auto data = buffer.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

// X-Request-Timeout-Ms lowers the deadline; what is no number is ignored.
std::chrono::milliseconds deadline_of(const Request& request, std::chrono::milliseconds most) {
  const std::string_view text = request.header("x-request-timeout-ms");
  std::uint32_t wanted = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), wanted);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return most;
  return std::min(most, std::chrono::milliseconds(wanted));
}

}  // namespace

Connection::Connection(ServerLoop& loop, std::unique_ptr<Stream> stream, Peer peer)
    : loop_(loop),
      kept_limits_(loop.context().limits.get()),
      limits_(*kept_limits_),
      clock_(loop.context().clock),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      parser_(limits_.head),
      body_(*this, parser_, limits_.head) {
  request_.peer = peer_.address;
  request_.from_local_socket = peer_.is_local_socket;
  request_.over_tls = peer_.is_tls;
  request_.body = &body_;
  request_.json_depth = limits_.json_depth;
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  expired_ = false;
  expires_at_ = clock_.steady() + limit;
}

void Connection::begin_handling() {
  phase_ = Phase::kHandling;
  expires_at_ = SteadyTime::max();
}

Task<> Connection::run() {
  enter(Phase::kHead, limits_.head_timeout);
  for (bool goes_on = true; goes_on;) {
    switch (parser_.parse_head(view_of(input_))) {
      case HeadState::kMore:
        goes_on = co_await receive_head();
        break;
      case HeadState::kReady:
        if (must_wait_in_line()) co_await loop_.line().turn();
        if (!was_cut_) goes_on = co_await serve();
        break;
      case HeadState::kRefused:
        refuse(parser_.refusal().status, parser_.refusal().reason);
        goes_on = false;
        break;
    }
    if (was_cut_) co_return;
  }
  co_await linger();
}

// Reads more of a head; writes first what answers are gathered. False: no further request.
Task<bool> Connection::receive_head() {
  if (!out_.empty() && !try_flush()) {
    const bool flushed = co_await flush();
    if (!flushed) co_return false;
  }
  const bool is_first = requests_ == 0;
  if (parser_.has_begun()) {
    if (phase_ != Phase::kHead) enter(Phase::kHead, limits_.head_timeout);
  } else if (loop_.is_draining()) {
    if (!is_first) co_return false;
    enter(Phase::kHead, std::min(limits_.head_timeout, limits_.first_request_grace));
  } else if (!is_first) {
    if (input_.capacity() > kMostKept) input_.shrink_to_fit();
    enter(Phase::kIdle, limits_.idle_timeout);
  }
  const auto buffer = input_.prepare(std::max(kReadSize, input_.capacity() - input_.size()));
  const auto [error, count] = co_await stream_->read_some(buffer);
  input_.commit(count);
  if (!error) co_return true;
  if (expired_ && parser_.has_begun()) refuse(408, "the request's head did not arrive in time");
  peer_ended_ = !expired_;
  co_return false;
}

// Who was refused for overload, too, comes behind those who are being served.
bool Connection::must_wait_in_line() {
  if (is_known_ || peer_.is_local_socket || loop_.line().enter()) return false;
  begin_handling();
  request_.deadline = clock_.steady() + limits_.deadline;
  if (!out_.empty()) flush_when_suspended();
  return true;
}

void Connection::refuse(int status, std::string_view reason) {
  loop_.context().refused_requests.add();
  Request unread;  // what it says cannot be trusted
  unread.request_id = loop_.context().dispatcher.refused(peer_.address, status, reason);
  request_.request_id = unread.request_id;
  request_.is_head = false;
  append_refusal(http::refuse(unread, kind_of_status(status), reason));
}

void Connection::begin_request() {
  const RequestHead& head = parser_.head();
  ++requests_;
  request_.method = head.method;
  request_.is_head = head.is_head;
  request_.target = head.target;
  request_.path = head.path;
  request_.query = head.query;
  request_.headers = head.headers;
  request_.request_id.clear();
  request_.identity.reset();
  request_.route = nullptr;
  request_.parameters.clear();
  body_.begin(request_, view_of(input_).substr(parser_.head_size()), limits_.max_body);
  expects_continue_ = head.expects_continue && input_.size() == parser_.head_size();
  body_window_left_ = limits_.body_window;
  body_window_bytes_ = 0;
  begin_handling();
  request_.deadline = clock_.steady() + deadline_of(request_, limits_.deadline);
}

// One request, from its head to its rendered answer. False: the connection takes no further one.
Task<bool> Connection::serve() {
  begin_request();
  if (!out_.empty()) flush_when_suspended();
  Response response;
  std::exception_ptr defect;
  try {
    response = co_await loop_.context().dispatcher.handle(request_);
  } catch (...) {  // a defect of one request must not take the others of this node with it
    defect = std::current_exception();
  }
  if (was_cut_) co_return false;
  if (defect) {
    report_defect("http request", defect);
    response = refuse_exception(request_, defect);
  }
  is_known_ = response.status != kOverloaded;
  bool keeps = can_go_on();
  const bool has_peer = settle_body(response, keeps);
  if (!has_peer) co_return false;

  bool sent = true;
  if (response.source != nullptr && !request_.is_head && !is_bodiless(response.status)) {
    sent = co_await send_source(response, keeps);
  } else {
    append_answer(response, keeps);
    if (!request_.is_head && !is_bodiless(response.status)) {
      if (response.body.size() <= kMostCopied)
        out_ += response.body;
      else
        sent = co_await send_body(response.body);
    }
  }
  if (sent && out_.size() > kMostGathered && !try_flush()) sent = co_await flush();
  if (sent && keeps && !body_.skip_buffered()) sent = co_await discard_body();
  if (sent && keeps) end_request();
  co_return sent&& keeps;
}

bool Connection::can_go_on() const {
  return parser_.head().keep_alive && !loop_.is_draining() &&
         requests_ < limits_.requests_per_connection;
}

// What an unread or failed body means for the answer. False: nobody is left to take one.
bool Connection::settle_body(Response& response, bool& keeps) {
  if (const Error* failure = body_.failure()) {
    keeps = false;
    if (failure->code == Errc::kUnavailable) return false;
    if (response.status < 400) response = refuse_error(request_, kind_of_error(*failure), *failure);
  } else if (!body_.is_finished() && (expects_continue_ || body_.remaining() > kMostDiscarded)) {
    keeps = false;
  }
  return true;
}

Task<bool> Connection::discard_body() {
  if (!out_.empty() && !try_flush()) {
    const bool flushed = co_await flush();
    if (!flushed) co_return false;
  }
  for (std::size_t discarded = 0; discarded <= kMostDiscarded;) {
    const auto part = co_await body_.read();
    if (!part) co_return false;
    if (part->empty()) co_return true;
    discarded += part->size();
  }
  co_return false;
}

void Connection::end_request() {
  request_.headers = {};  // what it pointed to goes
  request_.target = request_.path = request_.query = {};
  request_.request_id.clear();
  input_.consume(parser_.head_size() + body_.taken());
  const std::string_view surplus = body_.surplus();
  if (!surplus.empty()) {
    input_.commit(net::buffer_copy(input_.prepare(surplus.size()), net::buffer(surplus)));
  }
  parser_.begin_next();
}

Task<Result<std::size_t>> Connection::receive(net::mutable_buffer buffer) {
  if (std::exchange(expects_continue_, false)) {
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    if (!try_flush()) {
      const bool flushed = co_await flush();
      if (!flushed) co_return fail(Errc::kUnavailable, "the peer went away");
    }
  }
  const SteadyTime began = clock_.steady();
  phase_ = Phase::kBody;
  expired_ = false;
  expires_at_ = began + body_window_left_;
  const auto [error, count] = co_await stream_->read_some(buffer);
  begin_handling();
  if (error && expired_) co_return fail(Errc::kTimeout, "the request body arrives too slowly");
  if (error) {
    peer_ended_ = true;
    co_return fail(Errc::kUnavailable, "the peer went away");
  }
  const auto waited = clock_.steady() - began;
  request_.deadline += waited;  // a body has a rate of its own to keep
  count_body_rate(waited, count);
  co_return count;
}

void Connection::count_body_rate(SteadyTime::duration waited, std::size_t bytes) {
  body_window_left_ -= waited;
  body_window_bytes_ += bytes;
  const auto window = std::chrono::duration_cast<std::chrono::seconds>(limits_.body_window);
  if (body_window_bytes_ >= limits_.body_rate * static_cast<std::uint64_t>(window.count())) {
    body_window_left_ = limits_.body_window;
    body_window_bytes_ = 0;
  }
}

// RFC 9112 §9.6: closing with unread input would reset the connection and lose the last answer.
Task<> Connection::linger() {
  if (!out_.empty() && !peer_ended_ && !try_flush()) {
    const bool flushed = co_await flush();
    if (!flushed) co_return;
  }
  if (peer_ended_) co_return;
  stream_->shutdown_write();
  enter(Phase::kLingering, limits_.linger_timeout);
  input_.clear();
  for (;;) {
    const auto [error, count] = co_await stream_->read_some(input_.prepare(kReadSize));
    if (error) co_return;
  }
}

void Connection::sweep(SteadyTime now) {
  if (was_cut_) return;
  if (phase_ == Phase::kStreaming) {
    if (!peer_.is_local_socket) look_for_peer(now);
    return;
  }
  if (phase_ == Phase::kHandling) {
    // Handlers see the deadline themselves; only one that overruns it is cut.
    if (now >= request_.deadline + limits_.sweep_interval) return answer_overrun();
    // What an operator has begun goes on without him.
    if (!peer_.is_local_socket) look_for_peer(now);
    return;
  }
  if (phase_ == Phase::kIdle) body_.release();
  if (now < expires_at_) return;
  expired_ = true;
  stream_->interrupt();
}

// Nobody reads the answer of a request whose peer is gone. One that only sends no more may still
// read it (RFC 9112 §9.6), but looks the same as one that has closed: it is waited with shortly.
void Connection::look_for_peer(SteadyTime now) {
  const PeerState state = stream_->peer_state();
  if (state == PeerState::kThere) return;
  if (expires_at_ == SteadyTime::max()) expires_at_ = now + limits_.half_close_timeout;
  if (state == PeerState::kSilent && now < expires_at_) return;
  loop_.context().abandoned_requests.add();
  cut();
}

void Connection::answer_overrun() {
  loop_.context().refused_requests.add();
  append_refusal(http::refuse(request_, kRequestTimeout, kNoAnswer));
  stream_->try_write(out_, {});
  stream_->shutdown_write();
  was_cut_ = true;
  net::post(loop_.io(), [self = shared_from_this()] {
    self->cancellation_.emit(net::cancellation_type::terminal);
  });
}

void Connection::close_if_idle() {
  const bool awaits_first = phase_ == Phase::kHead && requests_ == 0 && !parser_.has_begun();
  if (phase_ == Phase::kIdle) stream_->interrupt();
  if (source_ != nullptr) source_->end_soon();
  // Who has just connected has a request on its way.
  if (awaits_first)
    expires_at_ = std::min(expires_at_, clock_.steady() + limits_.first_request_grace);
}

void Connection::cut() {
  was_cut_ = true;
  stream_->close();
  net::post(loop_.io(), [self = shared_from_this()] {
    self->cancellation_.emit(net::cancellation_type::terminal);
  });
}

}  // namespace noded::http
