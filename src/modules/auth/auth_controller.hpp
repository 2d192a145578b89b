// AuthController: the routes below auth.basepath (bknd's HTTP contract, chapter 7). Loop threads,
// concurrently.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/login_journal.hpp"
#include "modules/auth/passwords.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class AuthController {
 public:
  // All must outlive the routes.
  AuthController(
      const Passwords& passwords,
      database::AccessProvider& access,
      const Clock& clock,
      Node::Logger& log,
      LoginJournal& journal
  )
      : passwords_(passwords), access_(access), clock_(clock), log_(log), journal_(journal) {}

  // The routes of one state.
  std::vector<http::Route> routes(const AuthStatePtr& state);

  // The answer to a login that succeeded: token and cookie, or the redirect of a form. Also used by
  // the setup.
  http::Response welcome(
      const AuthState& state, const http::Request& request, const Account& account
  );

 private:
  Task<http::Response> login(AuthStatePtr state, http::Request& request);
  Task<http::Response> register_account(AuthStatePtr state, http::Request& request);
  Task<http::Response> create(AuthStatePtr state, http::Request& request);
  Task<http::Response> me(AuthStatePtr state, http::Request& request);
  http::Response logout(const AuthState& state, const http::Request& request);

  Task<Result<Account>> check_credentials(const AuthState& state, http::Request& request);
  Task<Result<Account>> make_account(const AuthState& state, http::Request& request);
  Task<> keep_upgrade(
      const AuthState& state, Account account, std::string upgrade, SteadyTime deadline
  );

  const Passwords& passwords_;
  database::AccessProvider& access_;
  const Clock& clock_;
  Node::Logger& log_;
  LoginJournal& journal_;
};

// The refusal of a login, a registration or a setup: an error for clients, for forms a redirect
// back with a flash cookie.
http::Response refuse(const http::Request& request, const Error& error);

Error invalid_credentials();

// kInvalid naming the first member of {email, password} that the rules refuse, with all errors in
// `members`.
Result<> check_new_credentials(const AuthRules& rules, const json::value& fields);

}  // namespace noded::auth
