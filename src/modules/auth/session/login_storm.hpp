// LoginStorm: whether so many logins fail at the whole node that who comes from an unknown device
// has to show work first (LoginProofs). It begins with as many failures within a second as the
// options allow, and lasts for kCalm after they were as many for the last time. Thread-safe.
#pragma once

#include "noded/clock.hpp"

#include "modules/auth/session/login_limits.hpp"
#include "modules/auth/session/login_proof.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>

namespace noded::auth {

class LoginStorm {
 public:
  static constexpr std::chrono::seconds kCalm{60};

  // The clock outlives it.
  LoginStorm(const Clock& clock, const LoginLimits& limits)
      : clock_(clock),
        failures_(static_cast<std::size_t>(limits.storm_failures)),
        proofs_(clock, static_cast<unsigned>(limits.storm_bits)) {}

  // A login that failed.
  void count();
  // Seconds until it is over; 0: there is none.
  std::int64_t left_s() const;

  // What somebody of that network has to show before a login; empty: nothing, or it is shown by
  // `proof`, which is used up then.
  std::optional<ProofDemand> ask(std::string_view proof, std::string_view network);
  // For a page that has a login, before anybody asks; empty: nothing.
  std::optional<ProofDemand> offer(std::string_view network) const;

  // Since the start.
  std::uint64_t asked() const { return asked_.load(std::memory_order_relaxed); }
  std::uint64_t shown() const { return shown_.load(std::memory_order_relaxed); }

 private:
  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }

  const Clock& clock_;
  const std::size_t failures_;
  LoginProofs proofs_;
  mutable std::mutex mutex_;         // guards what follows
  std::deque<std::int64_t> recent_;  // times of failures within a second; fewer than failures_
  std::int64_t until_ms_ = 0;
  std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> shown_{0};
};

}  // namespace noded::auth
