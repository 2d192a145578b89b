// RecoveryController: what people do with one-time links (docs/mail.md). Loop threads,
// concurrently.
//
//   GET  /auth/recover            the form that asks for a link; ?token= the form of a new password
//   POST /auth/recover            {"email"} → 202 {"sent":true}, whether there is an account or
//   not;
//                                 {"token","password"} → 200 {"ok":true}: the password is set, all
//                                 sessions of the account have ended
//   GET, POST /auth/verify        the same with {"email"} and {"token"}: the address is confirmed;
//                                 GET that asks for JSON tells who is logged in whether theirs is:
//                                 200 {"email","verified","verified_at"}
//   GET, POST /auth/link          with the option auth.magic_link the same with {"email","next"?}
//                                 and {"token"}, which opens a session and is answered as a login;
//                                 POST /auth/api/link is another name of it
//
// Forms are answered with redirects and pages. Refusals are those of refusal.hpp: 501
// MAIL_NOT_CONFIGURED where a letter would have to be sent and cannot, 401 TOKEN_INVALID of a link
// that does not work (any more).
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/login_journal.hpp"
#include "modules/auth/passwords.hpp"
#include "modules/auth/recovery/address_verification.hpp"
#include "modules/auth/recovery/link_sender.hpp"
#include "modules/auth/recovery/links.hpp"
#include "modules/auth/session/login_gate.hpp"
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/request_origin.hpp"
#include "modules/auth/session/session_controller.hpp"
#include "modules/auth/session/sessions.hpp"
#include "repository/database/database.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace noded::auth {

class RecoveryController {
 public:
  // All outlive the routes.
  struct Parts {
    database::Database& database;
    const Passwords& passwords;
    Sessions& sessions;
    LoginGate& gate;
    Links& links;
    LinkSender& sender;
    const AddressVerification& verification;
    const CrossSiteFilter& origins;
    SessionController& entrance;
    LoginJournal& journal;
    bool has_login_links = false;
  };
  explicit RecoveryController(const Parts& parts) : parts_(parts) {}

  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  Task<http::Response> show(AuthStatePtr state, http::Request& request, Purpose purpose);
  Task<http::Response> tell_proof(const AuthState& state, http::Request& request);
  Task<http::Response> take(AuthStatePtr state, http::Request& request, Purpose purpose);
  Task<http::Response> ask(
      AuthStatePtr state, http::Request& request, Purpose purpose, const json::value& fields
  );
  Task<http::Response> use_link(
      const AuthState& state, http::Request& request, Purpose purpose, const json::value& fields
  );
  // recovery_login.cpp
  Task<http::Response> log_in(
      const AuthState& state, http::Request& request, const json::value& fields, const Link& link
  );

  Task<Result<>> set_password(
      const AuthState& state,
      const http::Request& request,
      const Link& link,
      const json::value& fields
  );
  Result<> confirm_pending(
      Transaction& transaction, const database::RowKey& key, const std::string& address
  ) const;
  Task<Result<>> confirm_address(
      const AuthState& state, const http::Request& request, const Link& link, std::string hash
  );
  http::Response show_link(
      const http::Request& request,
      const Link& link,
      int status,
      const std::string& token,
      std::string_view problem
  );
  http::Response refuse_link(
      const http::Request& request, const Link& link, const std::string& token, const Error& error
  );
  CookieWay way(const http::Request& request) const;
  static LoginGate::Attempt asking_of(
      const http::Request& request, Purpose purpose, const std::string& address
  );

  Parts parts_;
};

}  // namespace noded::auth
