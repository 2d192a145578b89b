// Pages of the login: plain HTML that needs no script, in English and Chinese, with one style sheet
// and, for passkeys, one script. Whatever is put into them is escaped.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/session/language.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kStylePath = "/auth/style.css";
inline constexpr std::string_view kScriptPath = "/auth/passkey.js";
inline constexpr std::string_view kPasskeysPath = "/auth/passkeys";

enum class LoginProblem : std::uint8_t {
  kNone,
  kCredentials,   // whichever of them was wrong
  kTooMany,       // failed attempts
  kUnavailable,   // the node is busy, or something failed
  kRegistration,  // the address is taken or the password too short
};
// By the name in a query (?error=credentials), and back; "" is kNone.
LoginProblem problem_of(std::string_view name) noexcept;
std::string_view name_of(LoginProblem problem) noexcept;

struct LoginPage {
  LoginProblem problem = LoginProblem::kNone;
  std::string_view csrf;   // for the hidden field
  std::string_view next;   // where to go afterwards
  std::string_view email;  // fills the field
  bool allow_register = false;
  std::string_view passkeys = {};  // path of their routes; empty: there are none
};
std::string login_page(Language language, const LoginPage& page);
std::string register_page(Language language, const LoginPage& page);
std::string logout_page(Language language, std::string_view csrf);
// The passkeys of the account that is logged in. `passkeys` as above, not empty.
std::string passkeys_page(Language language, std::string_view account, std::string_view passkeys);
std::string problem_page(Language language, std::string_view title, std::string_view message);

std::string_view style_sheet() noexcept;
std::string_view passkey_script() noexcept;

enum class Scripts : std::uint8_t { kNone, kOwn };
// HTML with the policy that goes with it: nothing from elsewhere.
http::Response answer_page(int status, std::string html, Scripts scripts = Scripts::kNone);

}  // namespace noded::auth
