// Signing in with a passkey, and proving oneself once more (WebAuthn §7.2).
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/passkey/passkey_answers.hpp"
#include "modules/auth/passkey/passkey_controller.hpp"
#include "modules/auth/username.hpp"
#include "repository/audit/actor.hpp"

#include <utility>

namespace noded::auth {
namespace {

// These take up to a millisecond.
bool is_slow(passkey::Algorithm algorithm) {
  return algorithm == passkey::Algorithm::kEs384 || algorithm == passkey::Algorithm::kEs512 ||
         algorithm == passkey::Algorithm::kEd448;
}

std::vector<std::string> ids_of(const std::vector<AllowedCredential>& credentials) {
  std::vector<std::string> ids;
  for (const AllowedCredential& credential : credentials)
    ids.push_back(credential.id);
  return ids;
}

std::vector<AllowedCredential> allowed(std::vector<Credential> credentials) {
  std::vector<AllowedCredential> made;
  for (Credential& credential : credentials)
    made.push_back({.id = std::move(credential.id), .transports = std::move(credential.transports)}
    );
  return made;
}

}  // namespace

Task<http::Response> PasskeyController::begin_login(Call& call) {
  Ceremony ceremony{
      .kind = CeremonyKind::kLogin,
      .user_id = {},
      .user_handle = {},
      .name = {},
      .is_email = false,
      .allowed = {}
  };
  std::vector<AllowedCredential> offered;
  const json::value* asked = call.body.if_contains("username");
  if (asked != nullptr && !asked->is_string())
    co_return refuse_passkey("malformed", "username is no text");
  if (asked != nullptr && !asked->get_string().empty()) {
    const std::string name(std::string_view(asked->get_string()));
    auto found = co_await passkeys_of(call, name, ceremony.user_handle);
    if (!found) co_return std::move(found.error());
    offered = std::move(*found);
  }
  co_return co_await offer_request(call, std::move(ceremony), std::move(offered));
}

// Who has no passkey, or does not exist, is answered alike.
Task<PasskeyController::Checked<std::vector<AllowedCredential>>> PasskeyController::passkeys_of(
    const Call& call, const std::string& name, std::string& user_handle
) {
  const AuthState& state = *call.state;
  const SteadyTime deadline = call.request.deadline;
  std::vector<Credential> present;
  if (const auto good = read_sign_in_name(name)) {
    const auto account = good->is_email
                             ? co_await state.users.find_by_email(good->text, deadline)
                             : co_await state.users.find_by_username(good->text, deadline);
    if (!account) co_return Refused(refuse_passkey(account.error()));
    if (*account) {
      auto found = co_await credentials_.of_user((*account)->key, deadline);
      if (!found) co_return Refused(refuse_passkey(found.error()));
      present = std::move(*found);
    }
  }
  if (present.empty()) co_return decoys(state.rules.jwt.secret, name);
  user_handle = present.front().user_handle;
  co_return allowed(std::move(present));
}

Task<http::Response> PasskeyController::offer_request(
    Call& call, Ceremony ceremony, std::vector<AllowedCredential> allowed
) {
  ceremony.allowed = ids_of(allowed);
  const auto challenge = challenges_.open(std::move(ceremony), call.request.peer);
  if (!challenge) co_return refuse_passkey("rate_limited");
  co_return answer_passkey(request_options(rules_, *call.party, *challenge, allowed));
}

Task<http::Response> PasskeyController::finish_login(Call& call) {
  co_return co_await finish(call, CeremonyKind::kLogin);
}

Task<http::Response> PasskeyController::finish(Call& call, CeremonyKind kind) {
  auto proven = co_await verify(call, kind);
  if (!proven) co_return std::move(proven.error());
  const auto shown = co_await verification_.require_proof(proven->account, call.request.deadline);
  if (!shown) co_return refuse_passkey(shown.error());
  const passkey::AssertionOutcome& outcome = proven->outcome;
  const Credentials::Use use{
      .counted_from = proven->credential.sign_count,
      .sign_count = outcome.sign_count,
      .backed_up = outcome.backed_up,
      .is_counter_regressed = outcome.is_counter_regressed,
      .time = clock_.wall()
  };
  // The counter goes with the session, or neither.
  co_return co_await welcome(
      call,
      proven->account,
      proven->credential,
      outcome.user_verified,
      R"({"verified":true,"user":)" + user_json(proven->account),
      [this, &call, &proven, &use](Transaction& transaction) {
        const std::string& id = proven->credential.id;
        if (!use.is_counter_regressed) return credentials_.note_use(transaction, id, use);
        return credentials_.by(audit::actor_of(call.request)).note_use(transaction, id, use);
      }
  );
}

Task<http::Response> PasskeyController::begin_step_up(Call& call) {
  auto account = co_await require_account(call);
  if (!account) co_return std::move(account.error());
  auto present = co_await credentials_.of_user(account->key, call.request.deadline);
  if (!present) co_return refuse_passkey(present.error());
  if (present->empty()) co_return no_such_passkey();
  Ceremony ceremony{
      .kind = CeremonyKind::kStepUp,
      .user_id = account->key.text(),
      .user_handle = present->front().user_handle,
      .name = {},
      .is_email = false,
      .allowed = {}
  };
  co_return co_await offer_request(call, std::move(ceremony), allowed(std::move(*present)));
}

Task<http::Response> PasskeyController::finish_step_up(Call& call) {
  if (call.request.identity->kind != Identity::Kind::kUser)
    co_return refuse_passkey("unauthenticated");
  co_return co_await finish(call, CeremonyKind::kStepUp);
}

Task<PasskeyController::Checked<PasskeyController::Proven>> PasskeyController::verify(
    const Call& call, CeremonyKind kind
) {
  const SteadyTime deadline = call.request.deadline;
  const auto response = passkey::parse_assertion(call.body);
  if (!response) co_return Refused(refuse(call, response.error()));
  const auto ceremony = challenges_.take(response->client_data.challenge, kind);
  if (!ceremony) co_return Refused(refuse_challenge(ceremony.error()));
  if (kind == CeremonyKind::kStepUp && call.request.identity->user_id != ceremony->user_id)
    co_return Refused(refuse_passkey("session_mismatch"));

  auto credential = co_await credentials_.find(response->id, deadline);
  if (!credential) co_return Refused(refuse_passkey(credential.error()));
  const auto outcome = co_await check_assertion(call, *ceremony, *credential, *response);
  if (!outcome) {
    if (outcome.error().code == passkey::RefusalCode::kCounterRegression) {
      warn_of_clone(**credential);
      const Credentials named = credentials_.by(audit::actor_of(call.request));
      if (auto kept = co_await named.suspect_clone(response->id, deadline); !kept)
        co_return Refused(refuse_passkey(kept.error()));
    }
    co_return Refused(refuse(call, outcome.error()));
  }
  const auto key = database::RowKey::from_bytes((*credential)->user_key);
  auto account = co_await call.state->users.find_by_id(key.text(), deadline);
  if (!account) co_return Refused(refuse_passkey(account.error()));
  if (!*account) co_return Refused(refuse_passkey("credential_unknown"));
  if (outcome->is_counter_regressed) warn_of_clone(**credential);
  co_return Proven{
      .account = std::move(**account), .credential = std::move(**credential), .outcome = *outcome
  };
}

Task<passkey::Verdict<passkey::AssertionOutcome>> PasskeyController::check_assertion(
    const Call& call,
    const Ceremony& ceremony,
    const std::optional<Credential>& credential,
    const passkey::AssertionResponse& response
) {
  passkey::AssertionCeremony opened{
      .challenge = response.client_data.challenge,
      .user_id = std::nullopt,
      .allowed_credentials = ceremony.allowed
  };
  if (!ceremony.user_handle.empty()) opened.user_id = ceremony.user_handle;
  std::optional<passkey::StoredCredential> stored;
  if (credential) stored = credential->stored();
  using Verdict = passkey::Verdict<passkey::AssertionOutcome>;
  const auto check = [&]() -> Result<Verdict> {
    return passkey::verify_assertion(*call.party, opened, stored ? &*stored : nullptr, response);
  };
  if (!credential || !is_slow(credential->algorithm)) co_return *check();
  auto checked = co_await offload(verifying_, check);
  if (checked) co_return std::move(*checked);
  co_return passkey::refuse(passkey::RefusalCode::kSignatureInvalid, checked.error().message);
}

void PasskeyController::warn_of_clone(const Credential& credential) {
  std::string fields = "{\"user\":";
  codec::append_json_string(fields, database::RowKey::from_bytes(credential.user_key).text());
  fields += ",\"credential\":";
  codec::append_json_string(fields, codec::base64url_encode(credential.id));
  fields += '}';
  log_.warning("passkey.clone", fields);
}

}  // namespace noded::auth
