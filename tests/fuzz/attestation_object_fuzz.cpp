// attestationObject in a whole registration, and authenticator data in a login. The client data's
// hash is not in the input, so that what verifies is of format none, or has a statement that was
// not signed by whom it has to be trusted for: with trust required, nothing verifies.
#include "crypto/passkey/relying_party.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded::passkey;

RelyingParty lenient_party() {
  RelyingParty party;
  party.id = "example.org";
  party.origins = {"https://example.org"};
  party.require_user_presence = false;
  party.require_user_verification = false;
  party.algorithms = {
      Algorithm::kEs256,
      Algorithm::kEs384,
      Algorithm::kEs512,
      Algorithm::kEdDsa,
      Algorithm::kEd448,
      Algorithm::kRs256
  };
  party.allow_any_rsa_exponent = true;
  return party;
}

RelyingParty strict_party() {
  RelyingParty party = lenient_party();
  party.attestation = AttestationRequirement::kTrusted;
  return party;
}

ClientData client_data(std::string type) {
  return {
      .type = std::move(type),
      .challenge = "challenge",
      .origin = "https://example.org",
      .is_cross_origin = false,
      .top_origin = std::nullopt
  };
}

void register_with(std::string_view object) {
  static const RelyingParty kLenient = lenient_party();
  static const RelyingParty kStrict = strict_party();
  RegistrationResponse response{
      .id = {},
      .client_data = client_data("webauthn.create"),
      .client_data_json = "{}",
      .attestation_object = std::string(object),
      .transports = {}
  };
  const auto parsed = parse_attestation_object(object);
  if (!parsed) return;
  const auto data =
      parse_authenticator_data(parsed->authenticator_data, RefusalCode::kAttestationInvalid);
  if (data && data->attested) response.id = data->attested->id;
  const noded::WallTime now{};
  const auto made = verify_registration(kLenient, {.challenge = "challenge"}, response, now);
  if (made && (made->id != response.id || !parse_cose_key(made->public_key))) std::abort();
  if (verify_registration(kStrict, {.challenge = "challenge"}, response, now)) std::abort();
}

void log_in_with(std::string_view authenticator_data) {
  static const RelyingParty kParty = lenient_party();
  const AssertionResponse response{
      .id = "id",
      .client_data = client_data("webauthn.get"),
      .client_data_json = "{}",
      .authenticator_data = std::string(authenticator_data),
      .signature = "signature",
      .user_handle = "user"
  };
  const StoredCredential stored{
      .id = "id", .user_id = "user", .public_key = {}, .sign_count = 0, .backup_eligible = false
  };
  const AssertionCeremony ceremony{
      .challenge = "challenge", .user_id = std::nullopt, .allowed_credentials = {}
  };
  if (verify_assertion(kParty, ceremony, &stored, response)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  register_with(input);
  log_in_with(input);
  return 0;
}
