// Pages of the login, in English and Chinese. Whatever is put into them is escaped.
#pragma once

#include "modules/auth/session/language.hpp"
#include "modules/auth/session/login_proof.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace noded::auth {

enum class LoginProblem : std::uint8_t {
  kNone,
  kCredentials,   // whichever of them was wrong
  kTooMany,       // failed attempts
  kStorm,         // of them at the whole node: work has to be shown
  kUnavailable,   // the node is busy, or something failed
  kRegistration,  // the address is taken or the password too short
  kCode,          // of the second factor: wrong
  kExpired,       // the login waited too long for its second factor
  kService,       // another service did not answer, or not well
  kNoAccount,     // whom that service tells of has none here
  kOtherWay,      // an account with that address signs in differently
  kAddress,       // that service tells no address, or an unverified one
};
// By the name in a query (?error=credentials), and back; "" is kNone.
LoginProblem problem_of(std::string_view name) noexcept;
std::string_view name_of(LoginProblem problem) noexcept;
// Where a form is shown once more, with what was wrong and where it leads.
std::string page_target(std::string_view page, LoginProblem problem, std::string_view next);

// Another service to sign in with.
struct LoginService {
  std::string_view label;  // "Google"
  std::string_view path;   // of the routes of its strategy
};
struct LoginPage {
  LoginProblem problem = LoginProblem::kNone;
  std::string_view csrf;   // for the hidden field
  std::string_view next;   // where to go afterwards
  std::string_view email;  // fills the field
  bool allow_register = false;
  std::string_view passkeys = {};  // path of their routes; empty: there are none
  std::span<const LoginService> services = {};
  bool can_recover = false;            // a link for a new password can be asked for
  bool can_confirm = false;            // wrong credentials may be those of an unconfirmed address
  bool can_link = false;               // and one to log in with
  const ProofDemand* proof = nullptr;  // of the work that a login has to show; null: none
};
std::string login_page(Language language, const LoginPage& page);
std::string register_page(Language language, const LoginPage& page);
// Asks for the second factor.
std::string code_page(Language language, const LoginPage& page);
std::string logout_page(Language language, std::string_view csrf);

}  // namespace noded::auth
