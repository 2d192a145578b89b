// AccessLog: one line a request, after it ends. Holds no query, token, cookie, password or body.
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
    std::chrono::milliseconds slow{1'000};  // answers that took longer are always written
  };

  explicit AccessLog(Rules rules) { set_rules(rules); }

  void set_rules(const Rules& rules) noexcept;  // any thread
  // Any thread.
  void write(
      const http::Request& request,
      const http::Response& response,
      std::chrono::nanoseconds duration
  );

 private:
  bool is_wanted(int status, std::chrono::nanoseconds duration);

  std::atomic<bool> is_on_{true};
  std::atomic<std::uint32_t> sample_{1};
  std::atomic<std::chrono::milliseconds> slow_{};
  std::atomic<std::uint32_t> turn_{0};
};

}  // namespace noded::gateway
