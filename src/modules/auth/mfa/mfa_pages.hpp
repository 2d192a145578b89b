// The pages of a second factor, in English and Chinese. Whatever is put into them is escaped.
#pragma once

#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/session/language.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

inline constexpr std::string_view kAuthenticatorPath = "/auth/authenticator";

enum class MfaProblem : std::uint8_t {
  kNone,
  kCode,      // wrong
  kPassword,  // wrong, or missing
  kTooMany,   // failed attempts
  kState,     // it was set up or removed elsewhere meanwhile
};

struct MfaPage {
  Language language = Language::kEnglish;
  std::string account;          // what it is called
  std::string csrf;             // for the hidden fields
  bool asks_password = false;   // who has not signed in just now
  bool links_passkeys = false;  // to their page
  MfaProblem problem = MfaProblem::kNone;
};

// What there is, and what can be done about it.
std::string authenticator_page(const MfaPage& page, const SecondFactorStatus& status);
// The seed to be scanned or typed, and the form for the first code. Without a seed: once more.
std::string enrolment_page(const MfaPage& page, const std::string& uri, std::string_view seed_text);
// The recovery codes, shown once.
std::string recovery_codes_page(const MfaPage& page, const std::vector<std::string>& codes);
// For an account that has no password and did not sign in just now.
std::string sign_in_again_page(const MfaPage& page);

}  // namespace noded::auth
