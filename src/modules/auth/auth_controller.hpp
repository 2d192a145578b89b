// AuthController: the routes below auth.basepath (bknd's HTTP contract, chapter 7). Loop threads,
// concurrently.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/login_journal.hpp"
#include "modules/auth/mfa/pending_logins.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/passwords.hpp"
#include "modules/auth/recovery/address_verification.hpp"
#include "modules/auth/session/login_gate.hpp"
#include "modules/auth/session/login_storm.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::auth {

// Why a login failed.
struct LoginRefusal {
  Error error;
  std::int64_t retry_after_s = 0;  // 429 when it is not 0
  // The password was right, but the account asks for a second factor, and none was given.
  std::optional<Account> waiting{};
  // Work has to be shown first: retry_after_s is how long otherwise.
  std::optional<ProofDemand> proof{};
  bool is_expired = false;  // it waited too long for that; only a new login helps
};

struct PasswordLogin {
  std::string email;
  std::string password;
  std::string code;           // of the second factor; empty: none was given
  std::string proof{};        // of work, which a storm of logins asks for
  bool is_signed_in = false;  // who proves themselves again; asks for nothing else
};

// Somebody whose login succeeded.
struct Proven {
  Account account;
  std::vector<std::string> amr;  // how, RFC 8176
};

class AuthController {
 public:
  // All must outlive the routes.
  AuthController(
      const Passwords& passwords,
      database::AccessProvider& access,
      Sessions& sessions,
      LoginGate& gate,
      const Clock& clock,
      Node::Logger& log,
      LoginJournal& journal,
      SecondFactors second_factors,
      PendingLogins& pending,
      const AddressVerification& verification,
      LoginStorm& storm
  )
      : passwords_(passwords),
        access_(access),
        sessions_(sessions),
        gate_(gate),
        clock_(clock),
        log_(log),
        journal_(journal),
        second_factors_(std::move(second_factors)),
        pending_(pending),
        verification_(verification),
        storm_(storm) {}

  // The routes of one state.
  std::vector<http::Route> routes(const AuthStatePtr& state);

  // The answer to a login that succeeded: token and cookie, or the redirect of a form. Also used by
  // the setup.
  http::Response welcome(
      const AuthState& state, const http::Request& request, const Account& account
  );

  // The account that a password opens, with the second factor where it asks for one. Counts the
  // attempt; one that comes too early is refused without a look at the password.
  Task<std::expected<Proven, LoginRefusal>> check_password(
      const AuthState& state, const http::Request& request, PasswordLogin login
  );
  // Nobody gets in as an account that is disabled, however they prove themselves.
  bool is_disabled(const Account& account) const;
  // Goes on with a login that was refused for the lack of a second factor: by the token of
  // PendingLogins.
  Task<std::expected<Proven, LoginRefusal>> check_code(
      const AuthState& state, const http::Request& request, std::string token, std::string code
  );
  // The account of a registration. Errors: kForbidden, those of the rules, kExists; kForbidden of
  // type kAddressUnproven: it was made, and may log in once its address is proven.
  Task<Result<Account>> make_account(
      const AuthState& state, json::value fields, const http::Request& request
  );

 private:
  Task<http::Response> login(AuthStatePtr state, http::Request& request);
  Task<http::Response> register_account(AuthStatePtr state, http::Request& request);
  Task<http::Response> create(AuthStatePtr state, http::Request& request);
  Task<http::Response> me(AuthStatePtr state, http::Request& request);
  Task<http::Response> logout(AuthStatePtr state, http::Request& request);

  LoginGate::Attempt attempt_of(
      const AuthState& state, const http::Request& request, const std::string& email
  ) const;
  // Whether the code is right; counts one that is wrong.
  Task<std::expected<std::vector<std::string>, LoginRefusal>> ask_second_factor(
      const http::Request& request,
      const Account& account,
      std::string code,
      const LoginGate::Attempt& attempt
  );
  Task<> note_failure(
      const http::Request& request, const LoginGate::Attempt& attempt, const std::string& user_id
  );
  Task<> keep_upgrade(
      const AuthState& state, Account account, std::string upgrade, SteadyTime deadline
  );

  const Passwords& passwords_;
  database::AccessProvider& access_;
  Sessions& sessions_;
  LoginGate& gate_;
  const Clock& clock_;
  Node::Logger& log_;
  LoginJournal& journal_;
  const SecondFactors second_factors_;
  PendingLogins& pending_;
  const AddressVerification& verification_;
  LoginStorm& storm_;
};

// The refusal of a login, a registration or a setup: an error for clients, for forms a redirect
// back with a flash cookie.
http::Response refuse(const http::Request& request, const Error& error);
http::Response refuse(const http::Request& request, const LoginRefusal& refusal);

Error invalid_credentials();

// Error::type of the refusal that asks for a proof of work.
inline constexpr std::string_view kProofRequiredType = "PROOF_REQUIRED";
// The proof that a login brings: the field `proof`, else the header X-Login-Proof.
std::string proof_in(const http::Request& request, const json::value& fields);

// kInvalid naming the first member of {email, password} that the rules refuse, with all errors in
// `members`.
Result<> check_new_credentials(const AuthRules& rules, const json::value& fields);

}  // namespace noded::auth
