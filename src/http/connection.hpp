// Connection: one HTTP/1.1 connection, from accept to close, as one coroutine on its loop. Reads
// into one buffer, hands each request to the dispatcher, gathers the answers of pipelined requests
// and writes them with one call. Time limits are noticed by the loop's sweep, not by timers of its
// own.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"
#include "noded/task.hpp"

#include "http/request_body.hpp"
#include "http/request_parser.hpp"
#include "http/server_loop.hpp"
#include "http/stream.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <memory>
#include <string>

namespace noded::http {

class Connection final : private BodyTransport, public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerLoop& loop, std::unique_ptr<Stream> stream, Peer peer);

  Task<> run();
  // Ends what `run` awaits, handlers included.
  net::cancellation_slot cancellation_slot() { return cancellation_.slot(); }
  bool was_cut() const noexcept { return was_cut_; }

  void sweep(SteadyTime now);  // acts on time limits that have passed
  void close_if_idle();
  void cut();

 private:
  static constexpr std::size_t kMostGathered = 64 << 10;  // answers written together

  enum class Phase : std::uint8_t {
    kIdle,      // between two requests
    kHead,      // a head is arriving
    kHandling,  // the dispatcher has the request: its own deadline holds, and expires_at_ once the
                // peer is silent
    kBody,      // it waits for more of the body
    kWriting,
    kStreaming,  // a body source is asked for its next part: its own limits hold, and expires_at_
                 // once the peer is silent
    kLingering,  // the last answer is out
  };

  void enter(Phase phase, std::chrono::milliseconds limit);
  void begin_handling();
  Task<bool> receive_head();
  void refuse(int status, std::string_view reason);
  bool must_wait_in_line();

  void begin_request();
  Task<bool> serve();
  void end_request();
  bool can_go_on() const;
  bool settle_body(Response& response, bool& keeps);
  Task<bool> discard_body();
  Task<Result<std::size_t>> receive(net::mutable_buffer buffer) override;
  void count_body_rate(SteadyTime::duration waited, std::size_t bytes);

  void append_answer(const Response& response, bool keeps);
  void append_refusal(const Response& response);
  HeadShape shape_head(const Response& response, bool keeps);
  Task<bool> send_body(std::string_view body);
  Task<bool> send_source(Response& response, bool keeps);
  Task<bool> send_part(std::string_view part, bool is_chunked);
  bool try_flush();
  Task<bool> flush();
  void flush_when_suspended();
  Task<> linger();
  void look_for_peer(SteadyTime now);
  void answer_overrun();

  ServerLoop& loop_;
  const std::shared_ptr<const ServerLimits> kept_limits_;
  const ServerLimits& limits_;
  const Clock& clock_;
  const std::unique_ptr<Stream> stream_;
  const Peer peer_;
  net::cancellation_signal cancellation_;

  boost::beast::flat_buffer input_;  // the head stays at its front until its request ends
  std::string out_;                  // rendered and not yet written
  RequestParser parser_;
  RequestBody body_;
  Request request_;

  Phase phase_ = Phase::kHead;
  SteadyTime expires_at_ = SteadyTime::max();  // of the phase
  SteadyTime::duration body_window_left_{};
  std::uint64_t body_window_bytes_ = 0;
  std::uint32_t requests_ = 0;
  BodySource* source_ = nullptr;  // of the answer that is being streamed
  bool is_known_ = false;         // it had an answer, and the last one was no refusal for overload
  bool expects_continue_ = false;
  bool expired_ = false;     // the phase's limit passed; the stream was interrupted
  bool peer_ended_ = false;  // nothing more will arrive
  bool is_flush_posted_ = false;
  bool was_cut_ = false;  // the answer was given, or given up, without the handler
};

}  // namespace noded::http
