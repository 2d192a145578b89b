// Client: the calls that the node itself makes to other servers, on a few threads of their own, so
// that a slow server holds up nothing but who asked it. Nothing of it exists before the first call:
// no thread, no libcurl. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/lane.hpp"
#include "noded/options.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "client/curl_call.hpp"
#include "runtime/thread_lane.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace noded::client {

struct FetchRequest {
  std::string url;                   // https; http only to this machine
  std::vector<std::string> headers;  // "Accept: application/json"
  std::optional<std::string> body;   // then it is a POST, otherwise a GET
  std::size_t most = 256UL * 1024;   // bytes of an answer
};

struct Fetched {
  int status = 0;
  std::string content_type;
  std::string body;
};

struct ClientSetup {
  CallLimits limits;  // `stop` is the client's own
  std::size_t threads = 4;
  std::size_t queue = 64;
};
ClientSetup client_setup(const Options& options);

class Client {
 public:
  explicit Client(ClientSetup setup);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Any status is an answer. No answer comes after `deadline`. Errors: kInvalid (no URL that may be
  // asked), kOverloaded, kTimeout, kTooLarge, kUnavailable; each names the server.
  Task<Result<Fetched>> fetch(FetchRequest request, SteadyTime deadline);

  // For other protocols: `call` makes its CurlCall within these limits, on a thread of the client.
  using Call = std::move_only_function<Result<Fetched>(const CallLimits&)>;
  Task<Result<Fetched>> run(Call call, SteadyTime deadline);

  // Ends calls that are under way within a second and refuses new ones; waits for them on `lane`.
  Task<> stop(Lane& lane);

  // Since the start.
  std::uint64_t calls() const { return calls_.load(std::memory_order_relaxed); }
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }
  double seconds() const;  // that calls took together
  std::size_t under_way() const { return lane_.running() + lane_.queued(); }

 private:
  Result<Fetched> count(Call& call, SteadyTime deadline);

  const ClientSetup setup_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> nanoseconds_{0};
  runtime::ThreadLane lane_;
};

// https, or http to this machine (localhost, 127.0.0.1, [::1]): what may be asked, and what may be
// told a secret. Pure.
bool is_safe_url(std::string_view url) noexcept;

}  // namespace noded::client
