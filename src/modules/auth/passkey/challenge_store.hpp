// ChallengeStore: the ceremonies that are under way, by their challenge. Each can be taken once.
// Bounded; thread-safe. It lives in memory: a restart ends what browsers had begun.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace noded::auth {

enum class CeremonyKind : std::uint8_t { kRegister, kLogin, kStepUp };

struct Ceremony {
  CeremonyKind kind = CeremonyKind::kLogin;
  // Of the account it is for; empty: of a sign-up, or of a login that names nobody.
  std::string user_id;
  std::string user_handle;           // what authenticators know the user by; empty: any
  std::string name;                  // of a sign-up: what the account will be called
  bool is_email = false;             // whether that is an e-mail address
  std::vector<std::string> allowed;  // credential ids; empty: any
};

class ChallengeStore {
 public:
  struct Limits {
    std::size_t most = 0;          // beyond that the oldest are forgotten
    std::uint32_t per_minute = 0;  // of one address
    std::chrono::milliseconds lifetime{};
  };

  ChallengeStore(const Limits& limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  // The challenge, 32 random bytes. `peer` is an address text. Errors: kOverloaded when it began
  // too many within the minute.
  Result<std::string> open(Ceremony ceremony, std::string_view peer);

  enum class Refusal : std::uint8_t { kUnknown, kExpired };
  // Takes the ceremony out, whatever becomes of it then. kUnknown also for one of another kind,
  // which is taken all the same.
  std::expected<Ceremony, Refusal> take(std::string_view challenge, CeremonyKind kind);

  std::size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Kept {
    Ceremony ceremony;
    SteadyTime expires;
  };
  struct Order {
    std::string challenge;
    SteadyTime expires;
  };
  template <class Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  bool count(std::string_view peer, SteadyTime now);
  void forget(SteadyTime now);

  const Limits limits_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  Map<Kept> kept_;
  std::deque<Order> order_;  // the oldest first; also of those that were taken
  SteadyTime minute_began_{};
  Map<std::uint32_t> begun_;  // in this minute, by network
};

}  // namespace noded::auth
