// Options of passkeys: whom they are for, what authenticators may be like, how much is kept.
// WebAuthn Level 3; the names are its own where it has them.
#pragma once

#include "noded/options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace noded::auth {

inline constexpr Option<std::string> kRpId{
    "passkey.rp_id",
    "domain that passkeys are made for (example.org serves app.example.org too); it can never be"
    " changed without losing them; empty: localhost, for development",
    ""
};
inline constexpr Option<std::string> kRpName{
    "passkey.rp_name", "name of the service, as authenticators show it", "noded"
};
inline constexpr Option<std::vector<std::string>> kPasskeyOrigins{
    "passkey.origins",
    "origins of the pages that may use passkeys, compared byte by byte: https://app.example.org;"
    " empty: https:// and the domain",
    {}
};
inline constexpr Option<std::vector<std::string>> kRelatedOrigins{
    "passkey.related_origins",
    "origins of other domains that may use them too, told at /.well-known/webauthn",
    {}
};
inline constexpr Option<std::vector<std::string>> kAllowedTopOrigins{
    "passkey.allowed_top_origins",
    "pages that may hold a page of ours in a frame and sign in there",
    {}
};
inline constexpr Option<std::string> kUserVerification{
    "passkey.user_verification",
    "whether the authenticator has to know its owner, by a PIN or a finger",
    "required",
    {"required", "preferred", "discouraged"}
};
inline constexpr Option<std::string> kResidentKey{
    "passkey.resident_key",
    "whether a new passkey has to be one that signs in without a name",
    "required",
    {"required", "preferred", "discouraged"}
};
inline constexpr Option<std::string> kAttestation{
    "passkey.attestation",
    "what new authenticators are asked to tell about their make",
    "none",
    {"none", "indirect", "direct"}
};
inline constexpr Option<std::string> kRequiredAttestation{
    "passkey.require",
    "what they have to have told: anything, their own key's or a trusted signature, or a trusted "
    "one",
    "any",
    {"any", "self_or_trusted", "trusted"}
};
inline constexpr Option<std::vector<std::string>> kAttestationRoots{
    "passkey.roots", "PEM files with the certificates that attestations have to lead to", {}
};
inline constexpr Option<std::string> kMetadataFile{
    "passkey.mds_file", "blob of the FIDO Metadata Service; needs passkey.mds_roots", ""
};
inline constexpr Option<std::vector<std::string>> kMetadataRoots{
    "passkey.mds_roots", "PEM files with the certificates that sign that blob", {}
};
inline constexpr Option<std::vector<std::string>> kAllowedAaguids{
    "passkey.aaguid_allow", "models of authenticators that may be used; empty: all", {}
};
inline constexpr Option<std::vector<std::string>> kDeniedAaguids{
    "passkey.aaguid_deny", "models that may not", {}
};
inline constexpr Option<std::vector<std::string>> kPasskeyAlgorithms{
    "passkey.algorithms",
    "signatures that new passkeys may make, the most wanted first",
    {"EdDSA", "ES256", "RS256"},
    {"EdDSA", "ES256", "RS256", "ES384", "ES512", "Ed448"}
};
inline constexpr Option<std::chrono::milliseconds> kChallengeLifetime{
    "passkey.challenge_ttl", "time that a browser has to finish what it began", 5min, 100ms, 1h
};
inline constexpr Option<std::int64_t> kMostChallenges{
    "passkey.challenges",
    "ceremonies that may be under way at once; beyond that the oldest are forgotten",
    100'000,
    10,
    1'000'000
};
inline constexpr Option<std::int64_t> kChallengesPerMinute{
    "passkey.challenges_per_minute",
    "ceremonies that one address may begin in a minute (of IPv6, a /64); this machine may any "
    "number",
    20,
    1,
    1'000'000
};
inline constexpr Option<std::int64_t> kMostPasskeys{
    "passkey.max_per_user", "passkeys of one account", 20, 1, 1000
};
inline constexpr Option<std::string> kCounterPolicy{
    "passkey.counter_policy",
    "what happens when a passkey's counter goes back, as a copy's would: refuse or only warn",
    "refuse",
    {"refuse", "warn"}
};
inline constexpr Option<bool> kPasskeySignUp{
    "passkey.allow_signup",
    "whether strangers may make an account by a passkey; auth.allow_register has to allow it too",
    true
};
inline constexpr Option<bool> kDeleteLastPasskey{
    "passkey.allow_delete_last", "whether an account may delete its last way to sign in", false
};
inline constexpr Option<bool> kStepUpForDelete{
    "passkey.stepup_for_delete",
    "whether deleting a passkey takes a sign-in of the last five minutes",
    true
};

OptionTable passkey_options();

}  // namespace noded::auth
