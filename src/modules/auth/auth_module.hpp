// AuthModule: accounts, logins, tokens and the guard of one application (bknd's HTTP contract,
// chapters 7 and 8). It is a part of the configuration (Module), tells who asks (Authenticator),
// whether they may use a route (Authorizer) and which rows they may touch (AccessProvider).
// Thread-safe; before the first publish() everybody is anonymous and nothing is guarded, so the
// role publishes a configuration before it serves.
#pragma once

#include "noded/identity.hpp"
#include "noded/module.hpp"

#include "modules/auth/access_admin.hpp"
#include "modules/auth/accounts/account_admin.hpp"
#include "modules/auth/accounts/impersonation.hpp"
#include "modules/auth/accounts/role_admin.hpp"
#include "modules/auth/audit_controller.hpp"
#include "modules/auth/auth_controller.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/first_administrator.hpp"
#include "modules/auth/keys/api_keys.hpp"
#include "modules/auth/keys/key_filter.hpp"
#include "modules/auth/keys/keys_admin.hpp"
#include "modules/auth/login_journal.hpp"
#include "modules/auth/mfa/mfa_controller.hpp"
#include "modules/auth/mfa/pending_logins.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/oauth/oauth_controller.hpp"
#include "modules/auth/passkey/passkey_controller.hpp"
#include "modules/auth/passwords.hpp"
#include "modules/auth/recovery/address_verification.hpp"
#include "modules/auth/recovery/email_codes.hpp"
#include "modules/auth/recovery/link_sender.hpp"
#include "modules/auth/recovery/links.hpp"
#include "modules/auth/recovery/otp_controller.hpp"
#include "modules/auth/recovery/recovery_admin.hpp"
#include "modules/auth/recovery/recovery_controller.hpp"
#include "modules/auth/session/login_gate.hpp"
#include "modules/auth/session/login_storm.hpp"
#include "modules/auth/session/request_origin.hpp"
#include "modules/auth/session/session_controller.hpp"
#include "modules/auth/session/session_opener.hpp"
#include "modules/auth/session/session_upkeep.hpp"
#include "modules/auth/session/sessions.hpp"
#include "modules/auth/session/sessions_admin.hpp"
#include "modules/auth/users_admin.hpp"
#include "modules/auth/users_api/users_api.hpp"
#include "repository/database/access.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class AuthModule final : public Module,
                         public Authenticator,
                         public Authorizer,
                         public database::AccessProvider {
 public:
  explicit AuthModule(const AuthServices& services);
  ~AuthModule() override;

  std::string_view name() const override { return "auth"; }
  std::string_view schema() const override;
  Result<> complete(boost::json::object& application) const override;
  // Errors: kInvalid, see AuthRules and Guard.
  Result<std::unique_ptr<Prepared>> prepare(const boost::json::object& application) override;
  std::vector<std::string_view> secret_paths() const override;

  IdentityPtr authenticate(const http::Request& request) override;
  // Conditions see the route's parameters entity, id and module.
  Result<> authorize(
      const Identity& identity, std::string_view permission, const http::Request& request
  ) override;
  // The identity must outlive what is returned. Policies that look at the client's address see
  // none.
  std::unique_ptr<database::Access> access_for(const Identity& identity) override;
  std::unique_ptr<database::Access> access_of(const http::Request& request) override;

  // Before the first publish(), or there are no passkeys whatever a configuration says.
  void use_passkeys(PasskeyRules rules);
  // Before the first publish(), or roles cannot be changed by routes of their own.
  void use_role_changes(ChangeRole change) { role_admin_.use(std::move(change)); }
  // Null without.
  const PasskeyController* passkeys() const { return passkeys_.get(); }

  // The same for sign-ins with other services. `client` outlives the module.
  void use_oauth(OAuthRules rules, client::Client& client);
  // Null without.
  const OAuthController* oauth() const { return oauth_.get(); }

  // Once, after the first publish(): the one-time code to announce if nobody may administrate yet.
  // While it is open, GET and POST /auth/setup make the first administrator.
  Task<Result<std::optional<std::string>>> open_setup();

  // Once nobody logs in any more: what waits for the audit chain is written.
  Task<> write_logins() { return journal_.flush(); }

  AuthStatePtr state() const;  // in force

  // kInvalid: options that contradict each other.
  Result<> check_options() const {
    return check_recovery_rules(services_.recovery, services_.outbox != nullptr);
  }
  // Before serving: takes sessions, API keys, counters of failed logins and links from the store.
  Task<Result<>> load_sessions();
  // Has to stand in the chain: without it other sites could use somebody's cookies.
  const std::shared_ptr<CrossSiteFilter>& cross_site_filter() const { return cross_site_filter_; }
  const LoginStorm& login_storm() const { return login_storm_; }
  // For strategies: call once somebody is verified.
  SessionOpener& session_opener() { return session_opener_; }
  Sessions& sessions() { return sessions_; }
  const ApiKeys& api_keys() const { return api_keys_; }
  // Has to stand in the chain: it holds API keys to their limits.
  const std::shared_ptr<KeyFilter>& key_filter() const { return key_filter_; }
  const LinkSender& link_sender() const { return link_sender_; }
  SessionUpkeep::Parts upkeep_parts() {
    return {sessions_, login_gate_, links_, api_keys_, email_codes_, services_.log};
  }

 private:
  class PreparedState;
  void publish(AuthStatePtr state) noexcept;
  Circumstances circumstances_of(const http::Request& request) const;
  std::int64_t now_ms() const;

  AuthServices services_;
  Passwords passwords_;
  Sessions sessions_;
  ApiKeys api_keys_;
  std::shared_ptr<KeyFilter> key_filter_;
  LoginGate login_gate_;
  LoginStorm login_storm_;
  std::shared_ptr<CrossSiteFilter> cross_site_filter_;
  SecondFactors second_factors_;
  PendingLogins pending_logins_;
  SessionOpener session_opener_;
  LoginJournal journal_;
  Links links_;
  LinkSender link_sender_;
  EmailCodes email_codes_;
  AddressVerification verification_;
  AuthController controller_;
  SessionController session_controller_;
  MfaController mfa_controller_;
  FirstAdministrator first_administrator_;
  AuditController audit_controller_;
  UsersAdmin users_admin_;
  SessionsAdmin sessions_admin_;
  UsersApi users_api_;
  RecoveryController recovery_;
  RecoveryAdmin recovery_admin_;
  OtpController otp_;
  AccessAdmin access_admin_;
  AccountAdmin account_admin_;
  KeysAdmin keys_admin_;
  RoleAdmin role_admin_;
  Impersonation impersonation_;
  std::unique_ptr<PasskeyController> passkeys_;
  std::unique_ptr<OAuthController> oauth_;
  mutable std::mutex mutex_;  // guards state_
  AuthStatePtr state_;
};

}  // namespace noded::auth
