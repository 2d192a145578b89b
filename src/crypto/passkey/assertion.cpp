#include "crypto/crypto.hpp"
#include "crypto/passkey/ceremony_checks.hpp"

#include <algorithm>

namespace noded::passkey {
namespace {

// Whether the credential may be used in this ceremony, and by whom (WebAuthn §7.2 steps 5 and 6).
Verdict<> check_credential(
    const AssertionCeremony& ceremony,
    const StoredCredential* credential,
    const AssertionResponse& response
) {
  const auto refuse_credential = [](const char* why) {
    return refuse(RefusalCode::kCredentialUnknown, why);
  };
  if (!credential || credential->id != response.id) return refuse_credential("no such credential");
  const auto& allowed = ceremony.allowed_credentials;
  if (!allowed.empty() && std::ranges::find(allowed, response.id) == allowed.end()) {
    return refuse_credential("the credential is none of those that were asked for");
  }
  if (ceremony.user_id && *ceremony.user_id != credential->user_id) {
    return refuse_credential("the credential is of another user");
  }
  const bool is_named = ceremony.user_id || !allowed.empty();
  if (!response.user_handle) {
    if (is_named) return {};
    return refuse(RefusalCode::kUserHandleMismatch, "no user handle, and no user was named");
  }
  if (*response.user_handle != credential->user_id) {
    return refuse(RefusalCode::kUserHandleMismatch, "the user handle is of another user");
  }
  return {};
}

Verdict<> check_signature(const StoredCredential& credential, const AssertionResponse& response) {
  const auto key = parse_cose_key(credential.public_key);
  if (!key) {
    return refuse(RefusalCode::kSignatureInvalid, "the stored key: " + key.error().reason);
  }
  std::string data = response.authenticator_data;
  data += crypto::sha256(response.client_data_json);
  if (!key->key.verify(key->algorithm, data, response.signature)) {
    return refuse(RefusalCode::kSignatureInvalid, "the credential's key did not sign it");
  }
  return {};
}

}  // namespace

Verdict<AssertionOutcome> verify_assertion(
    const RelyingParty& party,
    const AssertionCeremony& ceremony,
    const StoredCredential* credential,
    const AssertionResponse& response
) {
  const auto told =
      check_client_data(party, response.client_data, "webauthn.get", ceremony.challenge);
  if (!told) return std::unexpected(told.error());
  const auto known = check_credential(ceremony, credential, response);
  if (!known) return std::unexpected(known.error());
  const auto data = parse_authenticator_data(response.authenticator_data, RefusalCode::kMalformed);
  if (!data) return std::unexpected(data.error());
  if (data->attested) {
    return refuse(RefusalCode::kMalformed, "a credential is attested in an assertion");
  }
  const auto checked = check_authenticator_data(party, *data);
  if (!checked) return std::unexpected(checked.error());
  if (data->backup_eligible != credential->backup_eligible) {
    return refuse(RefusalCode::kBackupFlagsInvalid, "backup eligibility changed");
  }
  const auto is_signed = check_signature(*credential, response);
  if (!is_signed) return std::unexpected(is_signed.error());

  const bool counts = data->sign_count != 0 || credential->sign_count != 0;
  const bool is_regressed = counts && data->sign_count <= credential->sign_count;
  if (is_regressed && party.counter_policy == CounterPolicy::kRefuse) {
    return refuse(RefusalCode::kCounterRegression, "the signature counter went back");
  }
  return AssertionOutcome{
      .sign_count = data->sign_count,
      .user_verified = data->user_verified,
      .backed_up = data->backed_up,
      .is_counter_regressed = is_regressed
  };
}

}  // namespace noded::passkey
