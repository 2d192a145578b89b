#include "crypto/crypto.hpp"
#include "crypto/passkey/ceremony_checks.hpp"

#include <algorithm>

namespace noded::passkey {
namespace {

constexpr std::size_t kMaxCredentialId = 1023;  // WebAuthn §7.1 step 25

Verdict<> check_credential_id(std::string_view id, std::string_view outer_id) {
  if (id.size() > kMaxCredentialId) {
    return refuse(RefusalCode::kCredentialIdTooLong, "the credential's id is over 1023 bytes");
  }
  if (id.empty() || id != outer_id) {
    return refuse(RefusalCode::kAttestationInvalid, "the attested credential has another id");
  }
  return {};
}

Verdict<CoseKey> offered_key(const RelyingParty& party, const AttestedCredential& credential) {
  auto key = read_cose_key(credential.key);
  if (!key) return key;
  if (std::ranges::find(party.algorithms, key->algorithm) == party.algorithms.end()) {
    return refuse(RefusalCode::kAlgorithmNotAllowed, "the key's algorithm was not offered");
  }
  if (!key->has_usual_exponent && !party.allow_any_rsa_exponent) {
    return refuse(RefusalCode::kAttestationInvalid, "the RSA key's exponent is not 65537");
  }
  return key;
}

bool is_admitted(const RelyingParty& party, const Aaguid& aaguid) {
  const auto is_in = [&](const std::vector<Aaguid>& list) {
    return std::ranges::find(list, aaguid) != list.end();
  };
  return !is_in(party.denied_aaguids) &&
         (party.allowed_aaguids.empty() || is_in(party.allowed_aaguids));
}

bool is_enough(AttestationRequirement requirement, AttestationType type, bool is_trusted) {
  switch (requirement) {
    case AttestationRequirement::kAny:
      return true;
    case AttestationRequirement::kSelfOrTrusted:
      return is_trusted || type == AttestationType::kSelf;
    case AttestationRequirement::kTrusted:
      return is_trusted;
  }
  return false;
}

}  // namespace

Verdict<NewCredential> verify_registration(
    const RelyingParty& party,
    const RegistrationCeremony& ceremony,
    const RegistrationResponse& response,
    WallTime now
) {
  const auto told =
      check_client_data(party, response.client_data, "webauthn.create", ceremony.challenge);
  if (!told) return std::unexpected(told.error());
  const auto object = parse_attestation_object(response.attestation_object);
  if (!object) return std::unexpected(object.error());
  const auto data =
      parse_authenticator_data(object->authenticator_data, RefusalCode::kAttestationInvalid);
  if (!data) return std::unexpected(data.error());
  if (!data->attested) {
    return refuse(RefusalCode::kAttestationInvalid, "no credential is attested");
  }
  const auto checked = check_authenticator_data(party, *data);
  if (!checked) return std::unexpected(checked.error());
  const AttestedCredential& credential = *data->attested;
  const auto identified = check_credential_id(credential.id, response.id);
  if (!identified) return std::unexpected(identified.error());
  const auto key = offered_key(party, credential);
  if (!key) return std::unexpected(key.error());

  const std::string client_data_hash = crypto::sha256(response.client_data_json);
  const Attested attested{
      .authenticator_data = object->authenticator_data,
      .client_data_hash = client_data_hash,
      .rp_id_hash = data->rp_id_hash,
      .credential = credential,
      .key = *key
  };
  const auto statement = verify_statement(object->format, object->statement, attested);
  if (!statement) return std::unexpected(statement.error());
  const ModelMetadata* model = party.metadata ? party.metadata->find(credential.aaguid) : nullptr;
  if (model && model->is_compromised) {
    return refuse(RefusalCode::kAttestationInvalid, "a compromised model: " + model->description);
  }
  const bool is_trusted = party.anchors.trusts(statement->chain, now) ||
                          (model && model->anchors.trusts(statement->chain, now));
  if (!is_enough(party.attestation, statement->type, is_trusted)) {
    return refuse(RefusalCode::kAttestationInvalid, "the attestation is not of the required kind");
  }
  if (!is_admitted(party, credential.aaguid)) {
    return refuse(
        RefusalCode::kAttestationInvalid, "authenticators of this model are not admitted"
    );
  }
  return NewCredential{
      .id = response.id,
      .public_key = std::string(credential.key_bytes),
      .algorithm = key->algorithm,
      .sign_count = data->sign_count,
      .aaguid = credential.aaguid,
      .user_verified = data->user_verified,
      .backup_eligible = data->backup_eligible,
      .backed_up = data->backed_up,
      .transports = response.transports,
      .attestation_format = std::string(object->format),
      .attestation_type = statement->type,
      .is_attestation_trusted = is_trusted
  };
}

}  // namespace noded::passkey
