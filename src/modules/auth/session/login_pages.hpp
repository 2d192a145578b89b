// Pages of the login: plain HTML without scripts, in English and Chinese, with one style sheet.
// Whatever is put into them is escaped.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/session/language.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kStylePath = "/auth/style.css";

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
};
std::string login_page(Language language, const LoginPage& page);
std::string register_page(Language language, const LoginPage& page);
std::string logout_page(Language language, std::string_view csrf);
std::string problem_page(Language language, std::string_view title, std::string_view message);

std::string_view style_sheet() noexcept;

// HTML with the policy that goes with it: nothing from elsewhere, no script.
http::Response answer_page(int status, std::string html);

}  // namespace noded::auth
