// Making a passkey: of a new account, or one more of the account that is signed in (WebAuthn §7.1).
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/passkey/passkey_answers.hpp"
#include "modules/auth/passkey/passkey_controller.hpp"
#include "modules/auth/username.hpp"
#include "repository/database/access.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kHandleSize = 16;  // bytes
constexpr std::string_view kDefaultName = "Passkey";
constexpr std::size_t kMostTransports = 8;
constexpr std::size_t kLongestTransport = 32;

// What the browser says about how to reach the authenticator is only handed back to it.
std::vector<std::string> good_transports(const std::vector<std::string>& told) {
  std::vector<std::string> kept;
  for (const std::string& transport : told) {
    if (kept.size() < kMostTransports && transport.size() <= kLongestTransport &&
        is_good_label(transport)) {
      kept.push_back(transport);
    }
  }
  return kept;
}

std::string attestation_text(const passkey::NewCredential& made) {
  const std::string type(passkey::to_text(made.attestation_type));
  return made.is_attestation_trusted ? "trusted " + type : type;
}

Credential credential_of(
    const passkey::RegistrationResponse& response, passkey::NewCredential made, std::string handle
) {
  std::string attestation = attestation_text(made);
  return {
      .id = std::move(made.id),
      .user_key = {},
      .user_handle = std::move(handle),
      .public_key = std::move(made.public_key),
      .algorithm = made.algorithm,
      .sign_count = made.sign_count,
      .aaguid = made.aaguid,
      .backup_eligible = made.backup_eligible,
      .backed_up = made.backed_up,
      .is_clone_suspected = false,
      .transports = good_transports(response.transports),
      .attestation = std::move(attestation),
      .name = std::string(kDefaultName),
      .created = {},
      .last_used = {}
  };
}

using Verified = passkey::Verdict<passkey::NewCredential>;

}  // namespace

Task<http::Response> PasskeyController::begin_registration(Call& call) {
  std::vector<Credential> known;
  if (call.request.identity->kind != Identity::Kind::kUser) {
    auto ceremony = co_await new_account_ceremony(call);
    if (!ceremony) co_return std::move(ceremony.error());
    co_return co_await offer_creation(call, std::move(*ceremony), std::move(known));
  }
  auto account = co_await require_account(call);
  if (!account) co_return std::move(account.error());
  auto handle = co_await credentials_.handle_of(account->key, call.request.deadline);
  if (!handle) co_return refuse_passkey(handle.error());
  auto present = co_await credentials_.of_user(account->key, call.request.deadline);
  if (!present) co_return refuse_passkey(present.error());
  known = std::move(*present);
  if (known.size() >= rules_.most_per_user) co_return refuse_passkey("too_many_credentials");
  Ceremony ceremony{
      .kind = CeremonyKind::kRegister,
      .user_id = account->key.text(),
      .user_handle = handle->empty() ? crypto::random_bytes(kHandleSize) : std::move(*handle),
      .name = name_of(*account),
      .is_email = false,
      .allowed = {}
  };
  co_return co_await offer_creation(call, std::move(ceremony), std::move(known));
}

Task<PasskeyController::Checked<Ceremony>> PasskeyController::new_account_ceremony(const Call& call
) {
  const AuthState& state = *call.state;
  if (!rules_.allow_sign_up || !state.rules.allow_register)
    co_return Refused(refuse_passkey("sign_up_refused"));
  const auto name = read_sign_in_name(text_field(call.body, "username"));
  if (!name) co_return Refused(refuse_passkey("username_invalid", name.error().message));
  const SteadyTime deadline = call.request.deadline;
  const auto taken = name->is_email ? co_await state.users.find_by_email(name->text, deadline)
                                    : co_await state.users.find_by_username(name->text, deadline);
  if (!taken) co_return Refused(refuse_passkey(taken.error()));
  if (*taken) co_return Refused(refuse_passkey("username_taken"));
  co_return Ceremony{
      .kind = CeremonyKind::kRegister,
      .user_id = {},
      .user_handle = crypto::random_bytes(kHandleSize),
      .name = name->text,
      .is_email = name->is_email,
      .allowed = {}
  };
}

Task<http::Response> PasskeyController::offer_creation(
    Call& call, Ceremony ceremony, std::vector<Credential> known
) {
  const std::string handle = ceremony.user_handle;
  const std::string name = ceremony.name;
  std::string shown = text_field(call.body, "displayName");
  if (!is_good_label(shown)) shown = name;
  const auto challenge = challenges_.open(std::move(ceremony), call.request.peer);
  if (!challenge) co_return refuse_passkey("rate_limited");
  co_return answer_passkey(creation_options(
      rules_,
      *call.party,
      *challenge,
      {.handle = handle, .name = name, .display_name = shown},
      known
  ));
}

Task<http::Response> PasskeyController::finish_registration(Call& call) {
  auto response = passkey::parse_registration(call.body);
  if (!response) co_return refuse(call, response.error());
  auto ceremony = challenges_.take(response->client_data.challenge, CeremonyKind::kRegister);
  if (!ceremony) co_return refuse_challenge(ceremony.error());
  const bool is_new = ceremony->user_id.empty();
  if (!is_new && call.request.identity->user_id != ceremony->user_id)
    co_return refuse_passkey("session_mismatch");
  std::string label = text_field(call.body, "name");
  if (call.body.contains("name") && !is_good_label(label))
    co_return refuse_passkey("malformed", "name: 1 to 64 characters");

  // Certificates take long: off the loop.
  const auto verified = co_await offload(verifying_, [&]() -> Result<Verified> {
    return passkey::verify_registration(
        *call.party, {.challenge = response->client_data.challenge}, *response, clock_.wall()
    );
  });
  if (!verified) co_return refuse_passkey(verified.error());
  if (!*verified) co_return refuse(call, verified->error());

  Credential credential = credential_of(*response, **verified, ceremony->user_handle);
  credential.created = clock_.wall();
  if (!label.empty()) credential.name = std::move(label);
  auto account = co_await keep_registration(call, *ceremony, credential);
  if (!account) co_return std::move(account.error());
  if (is_new && ceremony->is_email) {
    const auto begun = co_await verification_.registered(*account, call.request);
    if (!begun) co_return refuse_passkey(begun.error());
  }
  std::string body = R"({"verified":true,"user":)" + user_json(*account) +
                     ",\"credential\":" + describe(credential);
  if (is_new)
    co_return co_await welcome(
        call, *account, credential, (*verified)->user_verified, std::move(body)
    );
  body += '}';
  co_return answer_passkey(std::move(body));
}

// Account and passkey are made in one transaction, or none of both.
Task<PasskeyController::Checked<Account>> PasskeyController::keep_registration(
    const Call& call, const Ceremony& ceremony, Credential& credential
) {
  const SteadyTime deadline = call.request.deadline;
  if (!ceremony.user_id.empty()) {
    auto account = co_await require_account(call);
    if (!account) co_return account;
    credential.user_key = account->key.bytes();
    const auto kept = co_await credentials_.by(audit::actor_of(call.request))
                          .add(credential, rules_.most_per_user, deadline);
    if (!kept) co_return Refused(refuse_passkey(kept.error()));
    co_return account;
  }
  NewAccount wanted{
      .fields = {},
      .email = ceremony.is_email ? ceremony.name : std::string(),
      .username = ceremony.is_email ? std::string() : ceremony.name,
      .strategy = std::string(kPasskeyStrategy),
      .strategy_value = codec::base64url_encode(ceremony.user_handle),
      .role = call.state->rules.default_role_register
  };
  const audit::Actor actor = audit::actor_of(call.request);
  const Credentials credentials = credentials_.by(actor);
  const Users::Addition proof =
      ceremony.is_email ? verification_.addition(ceremony.name) : Users::Addition();
  auto made = co_await call.state->users.by(actor).create(
      std::move(wanted),
      UnknownFields::kDrop,
      database::unrestricted_access_for_the_node_itself(),
      deadline,
      [&](Transaction& transaction, const database::RowKey& key) -> Result<> {
        credential.user_key = key.bytes();
        if (proof) {
          if (auto kept = proof(transaction, key); !kept) return kept;
        }
        return credentials.add(transaction, credential, rules_.most_per_user);
      }
  );
  if (!made && made.error().code == Errc::kExists && made.error().type.empty())
    co_return Refused(refuse_passkey("username_taken"));
  if (!made) co_return Refused(refuse_passkey(made.error()));
  co_return std::move(*made);
}

}  // namespace noded::auth
