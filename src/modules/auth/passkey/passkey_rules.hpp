// PasskeyRules: the options of passkeys, read into what the service works with.
#pragma once

#include "noded/clock.hpp"
#include "noded/options.hpp"
#include "noded/result.hpp"

#include "crypto/passkey/relying_party.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace noded::auth {

struct PasskeyRules {
  passkey::RelyingParty party;  // without an id: see development_party()
  std::string rp_name;
  std::vector<std::string> related_origins;
  std::string user_verification;  // words of WebAuthn, for the options of a ceremony
  std::string resident_key;
  std::string attestation;
  std::chrono::milliseconds challenge_lifetime{};
  std::size_t most_challenges = 0;
  std::uint32_t challenges_per_minute = 0;  // of one address
  std::size_t most_per_user = 0;
  bool allow_sign_up = true;
  bool allow_delete_last = false;
  bool step_up_for_delete = true;

  // No domain is set: passkeys work on http://localhost alone, whatever its port.
  bool is_development() const { return party.id.empty(); }
};

// Reads the files that the options name: blocks. Errors: kInvalid naming the option: an origin that
// neither fits the domain nor is declared as related, a file that cannot be read, no AAGUID.
Result<PasskeyRules> read_passkey_rules(const Options& options, WallTime now);

// The relying party of a node without a domain, for pages of `origin`, whose host is localhost.
passkey::RelyingParty development_party(const PasskeyRules& rules, std::string origin);

}  // namespace noded::auth
