// The checks that registrations and assertions have in common.
#pragma once

#include "crypto/passkey/relying_party.hpp"

namespace noded::passkey {

// Challenge, type, origin, frames (WebAuthn §7.1 steps 7 to 11).
Verdict<> check_client_data(
    const RelyingParty& party,
    const ClientData& data,
    std::string_view type,
    std::string_view challenge
);

// The relying party's id, the user's presence and verification, backup (§7.1 steps 14 to 18).
Verdict<> check_authenticator_data(const RelyingParty& party, const AuthenticatorData& data);

}  // namespace noded::passkey
