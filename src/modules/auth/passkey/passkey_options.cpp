#include "modules/auth/passkey/passkey_options.hpp"

#include <array>

namespace noded::auth {

OptionTable passkey_options() {
  static constexpr std::array<const OptionDeclaration*, 23> kTable{
      &kRpId,
      &kRpName,
      &kPasskeyOrigins,
      &kRelatedOrigins,
      &kAllowedTopOrigins,
      &kUserVerification,
      &kResidentKey,
      &kAttestation,
      &kRequiredAttestation,
      &kAttestationRoots,
      &kMetadataFile,
      &kMetadataRoots,
      &kAllowedAaguids,
      &kDeniedAaguids,
      &kPasskeyAlgorithms,
      &kChallengeLifetime,
      &kMostChallenges,
      &kChallengesPerMinute,
      &kMostPasskeys,
      &kCounterPolicy,
      &kPasskeySignUp,
      &kDeleteLastPasskey,
      &kStepUpForDelete,
  };
  return kTable;
}

}  // namespace noded::auth
