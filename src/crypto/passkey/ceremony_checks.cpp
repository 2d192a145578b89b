#include "crypto/passkey/ceremony_checks.hpp"

#include "crypto/crypto.hpp"

#include <algorithm>

namespace noded::passkey {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool may_be_framed(const RelyingParty& party, const ClientData& data) {
  if (data.top_origin) return contains(party.allowed_top_origins, *data.top_origin);
  return !data.is_cross_origin || party.allow_unnamed_top_origin;
}

}  // namespace

Verdict<> check_client_data(
    const RelyingParty& party,
    const ClientData& data,
    std::string_view type,
    std::string_view challenge
) {
  if (challenge.empty() || !crypto::equal_in_constant_time(data.challenge, challenge)) {
    return refuse(RefusalCode::kChallengeUnknown, "the challenge is another one");
  }
  if (data.type != type) {
    return refuse(RefusalCode::kTypeMismatch, "the type is not " + std::string(type));
  }
  if (!contains(party.origins, data.origin)) {
    return refuse(RefusalCode::kOriginMismatch, "the origin is none of this party's");
  }
  if (!may_be_framed(party, data)) {
    return refuse(RefusalCode::kCrossOriginRefused, "in a frame of a page that may not hold it");
  }
  return {};
}

Verdict<> check_authenticator_data(const RelyingParty& party, const AuthenticatorData& data) {
  if (!crypto::equal_in_constant_time(data.rp_id_hash, crypto::sha256(party.id))) {
    return refuse(RefusalCode::kRpIdMismatch, "made for another relying party");
  }
  if (party.require_user_presence && !data.user_present) {
    return refuse(RefusalCode::kUserPresenceRequired, "the user was not present");
  }
  if (party.require_user_verification && !data.user_verified) {
    return refuse(RefusalCode::kUserVerificationRequired, "the user was not verified");
  }
  if (data.backed_up && !data.backup_eligible) {
    return refuse(RefusalCode::kBackupFlagsInvalid, "backed up, though not eligible for it");
  }
  return {};
}

}  // namespace noded::passkey
