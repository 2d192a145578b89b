// The relying party's side of WebAuthn (Level 3, §7.1 and §7.2): verifies what authenticators made.
// It keeps nothing. The caller owns challenges, users and credentials, and goes:
//
//   auto response = parse_registration(body);               // responses.hpp
//   … take response->client_data.challenge out of the store of challenges: that burns it …
//   auto made = verify_registration(party, {.challenge = …}, *response, now);
//   … refuse made->id when any user has it, and store the rest …
//
// and alike with parse_assertion and verify_assertion, for the credential whose id the response
// names. Pure; any thread. An assertion takes 0.05 to 0.25 ms, under P-384 and P-521 up to 1 ms; a
// registration without certificates 0.03 ms, with them 0.5 ms and more: off the loop.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include "crypto/passkey/attestation.hpp"
#include "crypto/passkey/metadata.hpp"
#include "crypto/passkey/responses.hpp"
#include "crypto/passkey/trust_anchors.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::passkey {

enum class AttestationRequirement : std::uint8_t {
  kAny,            // also none; what is there has to be right
  kSelfOrTrusted,  // the credential's own key, or a chain to a trust anchor
  kTrusted,
};

enum class CounterPolicy : std::uint8_t {
  kRefuse,
  kWarn,  // AssertionOutcome says it
};

struct RelyingParty {
  std::string id;                    // a domain: "example.org"
  std::vector<std::string> origins;  // compared byte by byte: "https://example.org"
  // Pages of other origins that may hold this one in a frame. Empty: none.
  std::vector<std::string> allowed_top_origins;
  // Also frames in pages that the browser does not name (it says crossOrigin without topOrigin).
  bool allow_unnamed_top_origin = false;
  bool require_user_presence = true;
  bool require_user_verification = true;
  // What the creation options offer.
  std::vector<Algorithm> algorithms = {Algorithm::kEdDsa, Algorithm::kEs256, Algorithm::kRs256};
  bool allow_any_rsa_exponent = false;  // false: 65537 alone
  AttestationRequirement attestation = AttestationRequirement::kAny;
  TrustAnchors anchors;
  // Adds the anchors of the models it knows, for those models; and refuses compromised ones.
  std::shared_ptr<const Metadata> metadata;
  std::vector<Aaguid> allowed_aaguids;  // empty: all
  std::vector<Aaguid> denied_aaguids;
  CounterPolicy counter_policy = CounterPolicy::kRefuse;
};

// Whether the origins fit the id: https, or http on localhost; the host is the id or below it, or
// the origin is one of `related_origins` (WebAuthn §5.11). Errors: kInvalid, with the origin.
Result<> check_origins(const RelyingParty& party, std::span<const std::string> related_origins);

struct RegistrationCeremony {
  std::string_view challenge;  // as it was sent
};

struct NewCredential {
  std::string id;
  std::string public_key;  // COSE_Key, to be kept as it is
  Algorithm algorithm = Algorithm::kEs256;
  std::uint32_t sign_count = 0;
  Aaguid aaguid{};
  bool user_verified = false;
  bool backup_eligible = false;  // of several devices
  bool backed_up = false;
  std::vector<std::string> transports;
  std::string attestation_format;
  AttestationType attestation_type = AttestationType::kNone;
  bool is_attestation_trusted = false;  // its chain ends at a trust anchor
};

// `now` is what certificates have to be valid at. That no user has the credential yet is for the
// caller to see to.
Verdict<NewCredential> verify_registration(
    const RelyingParty& party,
    const RegistrationCeremony& ceremony,
    const RegistrationResponse& response,
    WallTime now
);

struct AssertionCeremony {
  std::string_view challenge;  // as it was sent
  // The user it was opened for, by name or by a session; empty: whoever the credential says.
  std::optional<std::string_view> user_id;
  std::span<const std::string> allowed_credentials;  // ids; empty: any
};

struct StoredCredential {
  std::string_view id;
  std::string_view user_id;     // the user handle it was made with
  std::string_view public_key;  // NewCredential's
  std::uint32_t sign_count = 0;
  bool backup_eligible = false;
};

struct AssertionOutcome {
  std::uint32_t sign_count = 0;
  bool user_verified = false;
  bool backed_up = false;
  bool is_counter_regressed = false;  // with CounterPolicy::kWarn: perhaps the key was copied
};

// `credential` is the one the response names, null when there is none. When the outcome is stored,
// its count has to replace the one that was given here and no other.
Verdict<AssertionOutcome> verify_assertion(
    const RelyingParty& party,
    const AssertionCeremony& ceremony,
    const StoredCredential* credential,
    const AssertionResponse& response
);

}  // namespace noded::passkey
