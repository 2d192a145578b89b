// PasskeyController: the routes of the strategy `passkey`, below auth.basepath + "/passkey"
// (docs/passkeys.md), and the relying party's list of related origins. Loop threads, concurrently.
#pragma once

#include "noded/http.hpp"
#include "noded/lane.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/login_journal.hpp"
#include "modules/auth/passkey/ceremony_options.hpp"
#include "modules/auth/passkey/challenge_store.hpp"
#include "modules/auth/passkey/credentials.hpp"
#include "modules/auth/passkey/passkey_rules.hpp"
#include "modules/auth/recovery/address_verification.hpp"
#include "modules/auth/session/session_opener.hpp"

#include <boost/json/object.hpp>

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class PasskeyController {
 public:
  // `verifying`: where what takes long is verified. All references must outlive it.
  PasskeyController(
      PasskeyRules rules,
      database::Database& database,
      Lane& verifying,
      SessionOpener& sessions,
      LoginJournal& journal,
      const AddressVerification& verification,
      const Clock& clock,
      Node::Logger& log
  );

  // The routes of one state.
  std::vector<http::Route> routes(const AuthStatePtr& state);

  // Since the start; any thread.
  std::uint64_t sign_ins() const { return sign_ins_.load(std::memory_order_relaxed); }
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }
  std::size_t ceremonies() const { return challenges_.size(); }

 private:
  using Refused = std::unexpected<http::Response>;
  template <class T = void>
  using Checked = std::expected<T, http::Response>;
  // What a request works with once its origin and body are looked at.
  struct Call {
    AuthStatePtr state;
    http::Request& request;
    json::object body{};
    // The relying party that its page belongs to.
    std::shared_ptr<const passkey::RelyingParty> party{};
  };
  using Action = Task<http::Response> (PasskeyController::*)(Call& call);

  http::Route route(
      const AuthStatePtr& state,
      http::Method method,
      std::string_view path,
      std::string_view summary,
      Action action
  );
  Task<http::Response> handle(AuthStatePtr state, http::Request& request, Action action);
  Checked<std::shared_ptr<const passkey::RelyingParty>> party_of(const http::Request& request);
  // Who is signed in.
  Task<Checked<Account>> require_account(const Call& call);

  // passkey_registration.cpp
  Task<http::Response> begin_registration(Call& call);
  Task<http::Response> finish_registration(Call& call);
  Task<Checked<Ceremony>> new_account_ceremony(const Call& call);
  Task<http::Response> offer_creation(Call& call, Ceremony ceremony, std::vector<Credential> known);
  Task<Checked<Account>> keep_registration(
      const Call& call, const Ceremony& ceremony, Credential& credential
  );

  // passkey_login.cpp
  Task<http::Response> begin_login(Call& call);
  Task<http::Response> finish_login(Call& call);
  Task<http::Response> begin_step_up(Call& call);
  Task<http::Response> finish_step_up(Call& call);
  Task<http::Response> finish(Call& call, CeremonyKind kind);
  Task<http::Response> offer_request(
      Call& call, Ceremony ceremony, std::vector<AllowedCredential> allowed
  );
  Task<Checked<std::vector<AllowedCredential>>> passkeys_of(
      const Call& call, const std::string& name, std::string& user_handle
  );
  struct Proven {
    Account account;
    Credential credential;
    passkey::AssertionOutcome outcome;
  };
  Task<Checked<Proven>> verify(const Call& call, CeremonyKind kind);
  Task<passkey::Verdict<passkey::AssertionOutcome>> check_assertion(
      const Call& call,
      const Ceremony& ceremony,
      const std::optional<Credential>& credential,
      const passkey::AssertionResponse& response
  );
  // passkey_listing.cpp
  Task<http::Response> list(Call& call);
  Task<http::Response> rename(Call& call);
  Task<http::Response> remove(Call& call);

  // The answer that opens a session: token, user and cookies beside `body`, the members before
  // them.
  Task<http::Response> welcome(
      Call& call,
      const Account& account,
      const Credential& credential,
      bool is_user_verified,
      std::string body,
      Sessions::Addition addition = {}
  );
  http::Response refuse(const Call& call, const passkey::Refusal& refusal);
  void warn_of_clone(const Credential& credential);

  const PasskeyRules rules_;
  // That of a node with a domain; null: of development.
  const std::shared_ptr<const passkey::RelyingParty> party_;
  Lane& verifying_;
  SessionOpener& sessions_;
  LoginJournal& journal_;
  const AddressVerification& verification_;
  const Clock& clock_;
  Node::Logger& log_;
  ChallengeStore challenges_;
  Credentials credentials_;
  std::mutex mutex_;  // guards what follows
  // Of the page that asked last, without a domain.
  std::shared_ptr<const passkey::RelyingParty> development_;
  std::atomic<std::uint64_t> sign_ins_{0};
  std::atomic<std::uint64_t> refusals_{0};
};

// JSON object text of the account as the passkey routes show it: its row, with the name it signs
// in with as username.
std::string user_json(const Account& account);
// What people see the account called.
const std::string& name_of(const Account& account);

// A name that somebody gives a passkey: 1 to 64 characters, no control characters.
bool is_good_label(std::string_view text);

}  // namespace noded::auth
