// OAuthController: the routes of the strategies by which people sign in with another service, below
// auth.basepath (bknd's HTTP contract, chapter 7; docs/oauth.md). Loop threads, concurrently.
#pragma once

#include "noded/http.hpp"

#include "client/client.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/login_journal.hpp"
#include "modules/auth/mfa/pending_logins.hpp"
#include "modules/auth/oauth/issuers.hpp"
#include "modules/auth/oauth/oauth_challenge.hpp"
#include "modules/auth/oauth/oauth_exchange.hpp"
#include "modules/auth/oauth/oauth_failure.hpp"
#include "modules/auth/oauth/oauth_options.hpp"
#include "modules/auth/oauth/oauth_provider.hpp"
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/session_opener.hpp"
#include "modules/auth/used_challenges.hpp"

#include <boost/json/value.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class OAuthController {
 public:
  // All must outlive the routes.
  struct Parts {
    client::Client& client;
    database::Database& database;
    Sessions& sessions;
    SessionOpener& opener;
    PendingLogins& pending;
    LoginJournal& journal;
    const Clock& clock;
    Node::Logger& log;
  };
  OAuthController(OAuthRules rules, const Parts& parts);

  // The routes of one state.
  std::vector<http::Route> routes(const AuthStatePtr& state);

  // Since the start; any thread.
  std::uint64_t sign_ins() const { return sign_ins_.load(std::memory_order_relaxed); }
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  // One request to one provider's routes.
  struct Call {
    AuthStatePtr state;
    const OAuthProvider& provider;  // of that state
    http::Request& request;
    json::value query{};
  };
  using Action = std::function<Task<http::Response>(Call&)>;
  Task<http::Response> run(Call call, Action action);

  Task<http::Response> begin_by_form(Call& call, OAuthAction action);
  Task<http::Response> begin_by_program(Call& call, OAuthAction action);
  // Completes the challenge; the page of the provider to go to.
  Task<OAuthOutcome<std::string>> begin(const Call& call, OAuthChallenge& challenge);
  Result<std::string> origin_of_node(const http::Request& request) const;

  // oauth_callback.cpp
  Task<http::Response> finish(Call& call);
  OAuthOutcome<OAuthChallenge> open_challenge_of(const Call& call, bool is_by_program);
  // The code, once it is certain that it answers this challenge and that the provider which was
  // asked has sent it.
  Task<OAuthOutcome<std::string>> take_code(const Call& call, const OAuthChallenge& challenge);
  Task<OAuthOutcome<Account>> sign_in(const Call& call, const OAuthChallenge& challenge);
  Task<OAuthOutcome<Account>> account_of(
      const Call& call, OAuthAction action, const OAuthProfile& profile
  );
  Task<http::Response> welcome(
      const Call& call, const OAuthChallenge& challenge, const Account& account
  );
  // The account has a second factor, which is asked for as behind a password.
  http::Response ask_second_factor(
      const Call& call, const OAuthChallenge& challenge, const Account& account
  );
  void take_back_challenge(
      const Call& call, const OAuthChallenge& challenge, http::Response& response
  ) const;
  // `challenge` null: there is none that counts.
  Task<http::Response> refuse_finish(
      const Call& call, OAuthFailure failure, const OAuthChallenge* challenge
  );

  void note(const Call& call, const OAuthFailure& failure);
  std::int64_t now_ms() const;
  CookieWay way(const http::Request& request) const;

  const OAuthRules rules_;
  const Parts parts_;
  Issuers issuers_;
  OAuthExchange exchange_;
  UsedChallenges used_;
  std::atomic<std::uint64_t> sign_ins_{0};
  std::atomic<std::uint64_t> refusals_{0};
};

// Over TLS it goes nowhere but to this host; Lax, since the provider's page leads back here.
inline constexpr OwnCookie kChallengeCookie{"nd_oauth", "Lax"};

}  // namespace noded::auth
