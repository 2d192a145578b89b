// SessionController: the login of browsers and programs beside the application's own routes:
// /auth/login, /auth/register, /auth/api/* and /api/check (docs/sessions.md). Loop threads,
// concurrently.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_controller.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/mfa/pending_logins.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/passkey/credentials.hpp"
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/request_origin.hpp"
#include "modules/auth/session/session_opener.hpp"
#include "modules/auth/session/sessions.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::auth {

class SessionController {
 public:
  // All must outlive the routes.
  struct Parts {
    AuthController& accounts;
    const Passwords& passwords;
    Sessions& sessions;
    SessionOpener& opener;
    const CrossSiteFilter& origins;
    Node::Logger& log;
    SecondFactors second_factors;
    PendingLogins& pending;
    Credentials passkeys;
    LoginStorm& storm;
    bool can_recover = false;  // links for a new password go out by mail
    bool can_link = false;     // and links to log in with
    bool hides_existence = false;
  };
  explicit SessionController(Parts parts) : parts_(std::move(parts)) {}

  std::vector<http::Route> routes(const AuthStatePtr& state);

  // The answer to somebody who has proven who they are, with their new session: what a form or the
  // members `next` and `cookie` of `fields` ask for. `addition` is written with it. Errors: those
  // of SessionOpener::open().
  Task<Result<http::Response>> let_in(
      const AuthState& state,
      http::Request& request,
      const json::value& fields,
      const Proven& proven,
      int status,
      Sessions::Addition addition = {}
  );
  // The answer to somebody who has shown one proof, by `amr`, and whose account asks for another.
  Task<http::Response> ask_second_factor(
      const AuthState& state,
      const http::Request& request,
      const json::value& fields,
      const Account& account,
      std::string amr
  );

 private:
  Task<http::Response> login(AuthStatePtr state, http::Request& request);
  Task<http::Response> go_on_with_code(AuthStatePtr state, http::Request& request);
  Task<http::Response> register_account(AuthStatePtr state, http::Request& request);
  Task<http::Response> logout(http::Request& request, AuthStatePtr state);
  Task<http::Response> refresh(AuthStatePtr state, http::Request& request);
  Task<http::Response> change_password(AuthStatePtr state, http::Request& request);
  http::Response check(const http::Request& request);
  std::vector<http::Route> page_routes(const AuthStatePtr& state);
  http::Response show_login(const AuthState& state, const http::Request& request);
  http::Response show_register(const AuthState& state, const http::Request& request);
  http::Response show_logout(const http::Request& request);
  http::Response show_second_factor(const http::Request& request);
  Task<http::Response> show_passkeys(AuthStatePtr state, http::Request& request);

  Task<Result<>> replace_password(
      const AuthState& state,
      const Account& account,
      std::string password,
      const http::Request& request
  );
  Task<http::Response> enter(
      const AuthState& state,
      http::Request& request,
      const json::value& fields,
      const Proven& proven,
      int status
  );
  http::Response refuse_login(
      const http::Request& request, const json::value& fields, const LoginRefusal& refusal
  );
  http::Response refuse_without_proof(
      const http::Request& request, const json::value& fields, const LoginRefusal& refusal
  );
  http::Response refuse_code(
      const http::Request& request, const json::value& fields, const LoginRefusal& refusal
  );
  // What such a page needs; Set-Cookie of its own is added to the answer.
  http::Response show_form(const AuthState& state, const http::Request& request, bool registers);
  CookieWay way(const http::Request& request) const;
  bool is_from_here(
      const http::Request& request, const json::value& fields, const OwnCookie& cookie
  ) const;

  Parts parts_;
};

}  // namespace noded::auth
