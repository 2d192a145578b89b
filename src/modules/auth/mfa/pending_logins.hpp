// PendingLogins: sign-ins that showed the right password and have yet to show the second factor, by
// a token. In memory: a restart lets them begin anew. Bounded; thread-safe.
#pragma once

#include "noded/clock.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

class PendingLogins {
 public:
  struct Limits {
    std::chrono::milliseconds lifetime{};
    std::size_t most = 0;     // beyond that the oldest are forgotten
    std::uint32_t tries = 0;  // codes that one of them may show
  };
  PendingLogins(const Limits& limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  const Limits& limits() const { return limits_; }

  // The token: 256 random bits, base64url. `amr`: how the account was verified so far.
  std::string open(std::string user_id, std::string amr);

  struct Login {
    std::string user_id;
    std::string amr;
  };
  // Whose login it is, for one more try. Empty: unknown, expired, or tried too often.
  std::optional<Login> attempt(std::string_view token);
  // Once it came to its end. False: another request was faster.
  bool close(std::string_view token);

 private:
  struct Kept {
    Login login;
    SteadyTime expires;
    std::uint32_t tries = 0;
  };
  struct Order {
    std::string token;
    SteadyTime expires;
  };
  void forget(SteadyTime now);

  const Limits limits_;
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Kept, std::less<>> kept_;
  std::deque<Order> order_;  // the oldest first; also of those that are closed
};

}  // namespace noded::auth
