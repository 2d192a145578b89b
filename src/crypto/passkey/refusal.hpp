// Why a ceremony is refused. The code is all that a client learns; the reason is for the log.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace noded::passkey {

enum class RefusalCode : std::uint8_t {
  kMalformed,
  kChallengeUnknown,
  kTypeMismatch,
  kOriginMismatch,
  kCrossOriginRefused,
  kRpIdMismatch,
  kUserPresenceRequired,
  kUserVerificationRequired,
  kBackupFlagsInvalid,
  kCredentialIdTooLong,
  kAlgorithmNotAllowed,
  kAttestationInvalid,
  kCredentialUnknown,
  kUserHandleMismatch,
  kSignatureInvalid,
  kCounterRegression,
};

// As the wire format spells it: "origin_mismatch".
std::string_view to_text(RefusalCode code) noexcept;

struct Refusal {
  RefusalCode code = RefusalCode::kMalformed;
  std::string reason;  // for the log alone; holds no secret
};

template <class T = void>
using Verdict = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(RefusalCode code, std::string reason) {
  return std::unexpected(Refusal{.code = code, .reason = std::move(reason)});
}

}  // namespace noded::passkey
