// The options that a ceremony begins with, as browsers' JSON forms have them (WebAuthn Level 3,
// PublicKeyCredentialCreationOptionsJSON and PublicKeyCredentialRequestOptionsJSON, §5.1.8 and
// §5.1.9). Pure.
#pragma once

#include "modules/auth/passkey/credential.hpp"
#include "modules/auth/passkey/passkey_rules.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

struct PasskeyUser {
  std::string_view handle;  // bytes
  std::string_view name;
  std::string_view display_name;
};

// `known`: the passkeys that the user has, which are not made again.
std::string creation_options(
    const PasskeyRules& rules,
    const passkey::RelyingParty& party,
    std::string_view challenge,
    const PasskeyUser& user,
    std::span<const Credential> known
);

struct AllowedCredential {
  std::string id;
  std::vector<std::string> transports;
};

// Without `allowed` the user says by the passkey who he is.
std::string request_options(
    const PasskeyRules& rules,
    const passkey::RelyingParty& party,
    std::string_view challenge,
    std::span<const AllowedCredential> allowed
);

// What a name is answered that has no passkey: one or two, the same each time, that nobody has.
std::vector<AllowedCredential> decoys(std::string_view server_key, std::string_view name);

}  // namespace noded::auth
