// Options of one-time links and of the proof of e-mail addresses.
#pragma once

#include "noded/options.hpp"
#include "noded/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace noded::auth {

inline constexpr Option<std::chrono::milliseconds> kLinkLifetime{
    "auth.link_lifetime",
    "how long a one-time link for a new password, for the proof of an e-mail address or for a "
    "login works",
    std::chrono::minutes(30),
    std::chrono::minutes(1),
    std::chrono::hours(24)
};
inline constexpr Option<std::string> kVerifyEmail{
    "auth.verify_email",
    "what who registers is asked for: nothing (off), to prove the e-mail address (send: a link "
    "goes "
    "to it), or to do so before the first login (required); needs mail.smtp",
    "off",
    {"off", "send", "required"}
};

inline constexpr Option<bool> kEmailOtp{
    "auth.email_otp",
    "let people sign in and register with a code that is sent to their address: bknd's plugin, the "
    "routes /api/auth/otp/login and /register; needs mail.smtp",
    false
};

inline constexpr Option<bool> kMagicLink{
    "auth.magic_link",
    "let people log in with a one-time link that is sent to their address: the login page offers "
    "it, and POST /auth/api/link; needs mail.smtp",
    false
};

inline constexpr Option<bool> kHideExistence{
    "auth.hide_existence",
    "answer a registration alike whether its e-mail address has an account already or not, and "
    "tell the "
    "address by a letter; needs mail.smtp and auth.verify_email: required",
    false
};

enum class VerifyEmail : std::uint8_t { kOff, kSend, kRequired };

struct RecoveryRules {
  std::chrono::milliseconds link_lifetime = std::chrono::minutes(30);
  VerifyEmail verify_email = VerifyEmail::kOff;
  bool email_otp = false;
  bool magic_link = false;
  bool hide_existence = false;
  std::string public_url;  // of the node, without a final '/'; empty: not known
};

inline RecoveryRules recovery_rules(const Options& options, std::string public_url) {
  const std::string& verify = options.get(kVerifyEmail);
  return {
      .link_lifetime = options.get(kLinkLifetime),
      .verify_email = verify == "required" ? VerifyEmail::kRequired
                      : verify == "send"   ? VerifyEmail::kSend
                                           : VerifyEmail::kOff,
      .email_otp = options.get(kEmailOtp),
      .magic_link = options.get(kMagicLink),
      .hide_existence = options.get(kHideExistence),
      .public_url = std::move(public_url)
  };
}

// kInvalid: options that make no sense together.
inline Result<> check_recovery_rules(const RecoveryRules& rules, bool has_mail) {
  if (!rules.hide_existence) return {};
  if (has_mail && rules.verify_email == VerifyEmail::kRequired) return {};
  return fail(
      Errc::kInvalid,
      "auth.hide_existence: who registers is told by mail alone what came of it, so that this "
      "needs "
      "mail.smtp and auth.verify_email: required"
  );
}

}  // namespace noded::auth
