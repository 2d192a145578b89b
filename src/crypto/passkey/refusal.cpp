#include "crypto/passkey/refusal.hpp"

namespace noded::passkey {

std::string_view to_text(RefusalCode code) noexcept {
  switch (code) {
    case RefusalCode::kMalformed:
      return "malformed";
    case RefusalCode::kChallengeUnknown:
      return "challenge_unknown";
    case RefusalCode::kTypeMismatch:
      return "type_mismatch";
    case RefusalCode::kOriginMismatch:
      return "origin_mismatch";
    case RefusalCode::kCrossOriginRefused:
      return "cross_origin_refused";
    case RefusalCode::kRpIdMismatch:
      return "rp_id_mismatch";
    case RefusalCode::kUserPresenceRequired:
      return "user_presence_required";
    case RefusalCode::kUserVerificationRequired:
      return "user_verification_required";
    case RefusalCode::kBackupFlagsInvalid:
      return "backup_flags_invalid";
    case RefusalCode::kCredentialIdTooLong:
      return "credential_id_too_long";
    case RefusalCode::kAlgorithmNotAllowed:
      return "algorithm_not_allowed";
    case RefusalCode::kAttestationInvalid:
      return "attestation_invalid";
    case RefusalCode::kCredentialUnknown:
      return "credential_unknown";
    case RefusalCode::kUserHandleMismatch:
      return "user_handle_mismatch";
    case RefusalCode::kSignatureInvalid:
      return "signature_invalid";
    case RefusalCode::kCounterRegression:
      return "counter_regression";
  }
  return "malformed";
}

}  // namespace noded::passkey
