// MfaController: setting up and removing an account's second factor: JSON below auth.basepath +
// "/mfa", and the page /auth/authenticator, which works without scripts (docs/second_factor.md).
// Whoever changes it has signed in within five minutes, or gives the password. Loop threads,
// concurrently.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_controller.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/mfa/mfa_pages.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/session/request_origin.hpp"
#include "modules/auth/session/sessions.hpp"

#include <boost/json/value.hpp>

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace noded::auth {

class MfaController {
 public:
  // All must outlive the routes.
  struct Parts {
    AuthController& accounts;
    SecondFactors second_factors;
    Sessions& sessions;
    const CrossSiteFilter& origins;
    const Clock& clock;
    std::string issuer;
  };
  explicit MfaController(Parts parts) : parts_(std::move(parts)) {}

  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  template <class T>
  using Checked = std::expected<T, http::Response>;
  // What a request to change something works with.
  struct Change {
    Account account;
    json::value fields;
  };
  using Action = Task<http::Response> (MfaController::*)(http::Request& request, Change change);

  Task<http::Response> show(AuthStatePtr state, http::Request& request);
  Task<http::Response> act(AuthStatePtr state, http::Request& request, Action action);
  Task<http::Response> begin(http::Request& request, Change change);
  Task<http::Response> confirm(http::Request& request, Change change);
  Task<http::Response> renew_codes(http::Request& request, Change change);
  Task<http::Response> remove(http::Request& request, Change change);

  Task<http::Response> show_page(AuthStatePtr state, http::Request& request);
  Task<http::Response> act_on_page(AuthStatePtr state, http::Request& request);
  Task<http::Response> do_on_page(const AuthState& state, http::Request& request, Change change);

  Task<Checked<Account>> require_account(const AuthState& state, const http::Request& request);
  // And that it is its owner who asks, just now.
  Task<Checked<Account>> require_proof(
      const AuthState& state, const http::Request& request, const json::value& fields
  );
  Task<http::Response> answer_state(
      const AuthState& state,
      const http::Request& request,
      const Account& account,
      MfaProblem problem
  );
  Task<http::Response> answer_fault(
      const AuthState& state,
      const http::Request& request,
      const Account& account,
      const Error& error
  );
  MfaPage page_for(const AuthState& state, const http::Request& request, const Account& account)
      const;
  std::string uri_of(const Account& account, std::string_view seed) const;
  SecondFactors factors_for(const http::Request& request) const;

  const Parts parts_;
};

}  // namespace noded::auth
