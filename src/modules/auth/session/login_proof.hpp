// LoginProofs: work that a client has to show before a login. A challenge keeps nothing here: it
// holds when it ends and random bytes, under a MAC that also covers the network it was made for. A
// proof is
//
//   challenge "." nonce     such that SHA-256 of challenge and nonce, both as these texts, begins
//                           with so many zero bits
//
// and counts once. A restart makes all challenges void. Thread-safe.
#pragma once

#include "noded/clock.hpp"

#include "modules/auth/used_challenges.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

// The two parts of a proof, as views into it.
struct LoginProof {
  std::string_view challenge;  // base64url, always of one length
  std::string_view nonce;      // 1 to 32 of [A-Za-z0-9_-]
};
// Empty: no proof, whatever it proves.
std::optional<LoginProof> parse_login_proof(std::string_view text) noexcept;
// Whether it shows as much work.
bool shows_work(const LoginProof& proof, unsigned bits);

// What a client is asked for.
struct ProofDemand {
  std::string challenge;
  unsigned bits = 0;
  std::int64_t expires_in_s = 0;
};
// {"challenge","bits","algorithm","expires_in"}
std::string to_json(const ProofDemand& demand);

class LoginProofs {
 public:
  static constexpr std::chrono::seconds kLifetime{300};

  // The clock outlives it.
  LoginProofs(const Clock& clock, unsigned bits);

  ProofDemand demand(std::string_view network) const;
  // Whether it is the proof of a challenge that was made for that network, in time and not used
  // before; it is used up by that.
  bool take(std::string_view proof, std::string_view network);

 private:
  std::string mac(std::string_view head, std::string_view network) const;
  std::int64_t now_s() const { return clock_.wall().time_since_epoch().count() / 1000; }

  const Clock& clock_;
  const unsigned bits_;
  const std::string key_;
  UsedChallenges used_;
};

}  // namespace noded::auth
