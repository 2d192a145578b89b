// OtpController: sign-in and registration by a code in a letter, as bknd's plugin "email-otp"
// serves them; there while the option auth.email_otp is on. Loop threads, concurrently.
//
//   POST <basepath>/otp/login      {"email"} → 201 {"sent":true,"data":{"email","action",
//        "expires_at"}}; {"email","code"} → the answer of a login
//   POST <basepath>/otp/register   the same for a new account; further members become its fields
//
// Errors in bknd's shape, 400 "Invalid code", "Code expired", "Code already used", "Invalid
// credentials" (no such account, or one that is there already); 429 with Retry-After for who tries
// too often; 501 MAIL_NOT_CONFIGURED without mail. With auth.hide_existence a code is made, and
// never sent, for whom there is none: only a wrong code is refused then.
#pragma once

#include "noded/http.hpp"

#include "mail/outbox.hpp"
#include "modules/auth/auth_controller.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/login_journal.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/recovery/address_verification.hpp"
#include "modules/auth/recovery/email_codes.hpp"
#include "modules/auth/recovery/link_sender.hpp"
#include "modules/auth/session/login_gate.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class OtpController {
 public:
  // All outlive the routes; `outbox` is null where no mail is configured.
  struct Parts {
    AuthController& accounts;
    SecondFactors second_factors;
    EmailCodes& codes;
    LoginGate& gate;
    LoginJournal& journal;
    mail::Outbox* outbox;
    std::string_view public_url;
    const AddressVerification& verification;
    LinkSender& sender;
  };
  explicit OtpController(Parts parts) : parts_(std::move(parts)) {}

  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  enum class Action : std::uint8_t { kLogin, kRegister };
  static std::string_view name_of(Action action) {
    return action == Action::kLogin ? "login" : "register";
  }
  Task<http::Response> serve(AuthStatePtr state, http::Request& request, Action action);
  Task<http::Response> send(
      const AuthState& state, http::Request& request, Action action, std::string email
  );
  // Whether a code may be sent: an error of type kException says what is wrong with the account.
  Task<Result<>> check_account(
      const AuthState& state, Action action, const std::string& email, SteadyTime deadline
  );
  bool is_hidden(const Error& error) const;
  Task<Result<>> use_code(
      const AuthState& state,
      const http::Request& request,
      Action action,
      const std::string& email,
      std::string code
  );
  Task<Result<Account>> make_account(
      const AuthState& state,
      const http::Request& request,
      std::string email,
      const json::value& fields
  );
  Task<Result<Account>> require_account(
      const AuthState& state, const std::string& email, SteadyTime deadline
  );

  Parts parts_;
};

}  // namespace noded::auth
