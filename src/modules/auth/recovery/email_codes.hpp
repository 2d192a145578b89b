// EmailCodes: six digits that a letter carries, to sign in or to register with. One for each
// address and action: a newer one takes the place of the older. The store keeps no code but what a
// secret makes of it. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/database.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace noded::auth {

class EmailCodes {
 public:
  static constexpr std::chrono::seconds kLifetime{600};
  static constexpr int kMostTries = 5;          // of one code; then it is none any more
  static constexpr std::size_t kMost = 20'000;  // that have not been removed, in all

  // The references outlive it.
  EmailCodes(database::Database& database, const Clock& clock)
      : database_(database), clock_(clock) {}

  // What a code is for, and by whose secret it is kept.
  struct Use {
    std::string action;   // "login"
    std::string address;  // compared without case
    std::string secret;   // of the application
  };
  struct Made {
    std::string code;
    std::int64_t expires_ms = 0;
  };
  // Synced when it returns. kOverloaded beyond kMost; errors of writes.
  Task<Result<Made>> make(Use use, SteadyTime deadline);

  enum class Verdict : std::uint8_t { kRight, kWrong, kExpired, kUsed };
  // Uses the code up when it is right, and counts the try when it is not; synced when it returns.
  Task<Result<Verdict>> check(Use use, std::string code, SteadyTime deadline);

  // Removes what has ended a while ago, and counts the others. Before serving, and now and then.
  Task<Result<>> keep(SteadyTime deadline);

 private:
  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }
  std::string key_of(const Use& use) const;

  database::Database& database_;
  const Clock& clock_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace noded::auth
