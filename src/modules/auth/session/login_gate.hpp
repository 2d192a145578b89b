// LoginGate: makes guessing passwords slow. Failures are counted for each account, or for a device
// that has logged into it before, and for each network; whoever is over a limit is told at once how
// long to wait. The owner of an account that others guess at gets in from a known device, which is
// counted by itself. Counters that make somebody wait are stored, so that a restart forgets none;
// at most about as many attempts as the hash queue holds can run beside each other before the first
// of them is counted. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/session/login_limits.hpp"
#include "repository/database/database.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace noded::auth {

class LoginGate {
 public:
  // The references outlive it.
  LoginGate(database::Database& database, const Clock& clock, const LoginLimits& limits)
      : database_(database), clock_(clock), limits_(limits) {}

  // Before serving.
  Task<Result<>> load();

  // What an attempt is counted under.
  struct Attempt {
    std::string who;      // account or known device, as a hash
    std::string network;  // empty: not counted
    bool is_known_device = false;
  };
  // `device` is the value of a cookie of this account's device (is_device_of()), or empty.
  static Attempt attempt_of(
      const http::Request& request, std::string_view email, std::string_view device
  );

  // How many seconds the attempt has to wait; 0: it may be made.
  std::int64_t wait_s(const Attempt& attempt) const;
  // After the attempt. A counter that makes somebody wait has been synced when it returns; one that
  // could not be stored holds in memory.
  Task<> failed(Attempt attempt, SteadyTime deadline);
  Task<> succeeded(Attempt attempt, SteadyTime deadline);

  // Forgets the failures of an account and of its known devices, by all its names, in a transaction
  // that `also` adds to.
  using Also = std::function<Result<>(Transaction&)>;
  Task<Result<>> forget(std::vector<std::string> names, Also also, SteadyTime deadline);

  // Forgets what is over, also in the store. Now and then.
  Task<Result<>> keep(SteadyTime deadline);

 private:
  struct Counter {
    std::int64_t failures = 0;
    std::int64_t last_ms = 0;   // the last failure; of a network: the first of its window
    std::int64_t until_ms = 0;  // to wait until then; 0: not
  };
  static std::string encode(const Counter& counter);
  static Counter decode(std::string_view text);
  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }
  bool is_over(const std::string& key, const Counter& counter) const;
  std::int64_t delay_ms(std::int64_t failures) const;
  Counter count(const std::string& key);
  void make_room();
  Task<Result<>> store(std::string key, Counter counter, SteadyTime deadline);
  Task<Result<>> erase(std::vector<std::string> keys, SteadyTime deadline);

  database::Database& database_;
  const Clock& clock_;
  const LoginLimits limits_;
  mutable std::mutex mutex_;  // guards counters_
  std::unordered_map<std::string, Counter> counters_;
};

}  // namespace noded::auth
