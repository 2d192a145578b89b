#include "modules/auth/passkey/ceremony_options.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace noded::auth {
namespace {

namespace json = boost::json;

json::object descriptor(std::string_view id, const std::vector<std::string>& transports) {
  json::object made{{"id", codec::base64url_encode(id)}, {"type", "public-key"}};
  if (transports.empty()) return made;
  json::array names;
  for (const std::string& transport : transports)
    names.emplace_back(transport);
  made["transports"] = std::move(names);
  return made;
}

}  // namespace

std::string creation_options(
    const PasskeyRules& rules,
    const passkey::RelyingParty& party,
    std::string_view challenge,
    const PasskeyUser& user,
    std::span<const Credential> known
) {
  json::array parameters;
  for (const passkey::Algorithm algorithm : party.algorithms) {
    parameters.push_back({{"type", "public-key"}, {"alg", static_cast<std::int64_t>(algorithm)}});
  }
  json::array excluded;
  for (const Credential& credential : known)
    excluded.push_back(descriptor(credential.id, credential.transports));
  return codec::to_json_text(json::object{
      {"challenge", codec::base64url_encode(challenge)},
      {"rp", {{"id", party.id}, {"name", rules.rp_name}}},
      {"user",
       {{"id", codec::base64url_encode(user.handle)},
        {"name", user.name},
        {"displayName", user.display_name}}},
      {"pubKeyCredParams", std::move(parameters)},
      {"timeout", rules.challenge_lifetime.count()},
      {"excludeCredentials", std::move(excluded)},
      {"authenticatorSelection",
       {{"residentKey", rules.resident_key},
        {"requireResidentKey", rules.resident_key == "required"},
        {"userVerification", rules.user_verification}}},
      {"attestation", rules.attestation},
      {"extensions", {{"credProps", true}}}
  });
}

std::string request_options(
    const PasskeyRules& rules,
    const passkey::RelyingParty& party,
    std::string_view challenge,
    std::span<const AllowedCredential> allowed
) {
  json::array descriptors;
  for (const AllowedCredential& credential : allowed)
    descriptors.push_back(descriptor(credential.id, credential.transports));
  return codec::to_json_text(json::object{
      {"challenge", codec::base64url_encode(challenge)},
      {"rpId", party.id},
      {"timeout", rules.challenge_lifetime.count()},
      {"userVerification", rules.user_verification},
      {"allowCredentials", std::move(descriptors)}
  });
}

std::vector<AllowedCredential> decoys(std::string_view server_key, std::string_view name) {
  std::vector<AllowedCredential> made;
  const std::string first =
      crypto::hmac(crypto::Digest::kSha256, server_key, "decoy" + std::string(name));
  made.push_back({.id = first, .transports = {"internal"}});
  if ((first.back() & 1) != 0)
    made.push_back(
        {.id = crypto::hmac(crypto::Digest::kSha256, server_key, first),
         .transports = {"hybrid", "internal"}}
    );
  return made;
}

}  // namespace noded::auth
