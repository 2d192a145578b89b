// AccessLog: one line a request, after it ends. Holds no query, token, cookie, password or body.
// Slow answers and 5xx are warnings and errors of their own, written whatever the rules leave out.
#pragma once

#include "noded/http.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace noded::gateway {

class AccessLog {
 public:
  struct Rules {
    bool is_on = true;
    std::uint32_t sample = 1;  // one line of so many 2xx answers; others are always written
    std::chrono::milliseconds slow{1'000};  // answers that took longer are "slow request"
  };

  explicit AccessLog(Rules rules) { set_rules(rules); }

  void set_rules(const Rules& rules) noexcept;  // any thread
  // Any thread.
  void write(
      const http::Request& request,
      const http::Response& response,
      std::chrono::nanoseconds duration
  );
  // Of what never became a request.
  void write_refused(
      std::string_view id, std::string_view peer, int status, std::string_view reason
  );

 private:
  bool is_sampled(int status);

  std::atomic<bool> is_on_{true};
  std::atomic<std::uint32_t> sample_{1};
  std::atomic<std::chrono::milliseconds> slow_{};
  std::atomic<std::uint32_t> turn_{0};
};

}  // namespace noded::gateway
