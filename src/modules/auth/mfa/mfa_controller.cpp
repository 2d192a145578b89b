#include "modules/auth/mfa/mfa_controller.hpp"

#include "codec/json.hpp"
#include "crypto/totp.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"

namespace noded::auth {
namespace {

constexpr std::string_view kNobody = "nobody is logged in";

http::Response answer(int status, std::string body) {
  http::Response response = http::Response::json(status, std::move(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response answer_codes(const std::vector<std::string>& codes) {
  std::string body = "{\"recovery_codes\":[";
  for (const std::string& code : codes) {
    if (body.back() == '"') body += ',';
    codec::append_json_string(body, code);
  }
  return answer(200, body + "]}");
}

}  // namespace

std::vector<http::Route> MfaController::routes(const AuthStatePtr& state) {
  using http::Method;
  using Self = MfaController;
  const std::string base = state->rules.basepath + "/mfa";
  std::vector<http::Route> table;
  const auto add =
      [&](Method method, std::string path, std::string_view summary, http::Handler handler) {
        table.push_back(credentials_route(method, std::move(path), std::move(handler)));
        table.back().summary = summary;
      };
  const auto change = [&](Method method, std::string_view path, std::string_view summary, Action to
                      ) {
    add(method, base + std::string(path), summary, [this, state, to](http::Request& request) {
      return act(state, request, to);
    });
  };
  add(Method::kGet, base, "The account's second factor", [this, state](http::Request& request) {
    return show(state, request);
  });
  change(Method::kPost, "/totp", "Begin with an authenticator app", &Self::begin);
  change(Method::kPost, "/totp/verify", "Turn the second factor on", &Self::confirm);
  change(Method::kDelete, "/totp", "Remove the second factor", &Self::remove);
  change(Method::kPost, "/recovery-codes", "Make new recovery codes", &Self::renew_codes);
  const std::string page(kAuthenticatorPath);
  add(Method::kGet, page, {}, [this, state](http::Request& request) {
    return show_page(state, request);
  });
  add(Method::kPost, page, {}, [this, state](http::Request& request) {
    return act_on_page(state, request);
  });
  return table;
}

SecondFactors MfaController::factors_for(const http::Request& request) const {
  return parts_.second_factors.by(audit::actor_of(request));
}

std::string MfaController::uri_of(const Account& account, std::string_view seed) const {
  const std::string& name = account.email.empty() ? account.username : account.email;
  return crypto::totp_uri(parts_.issuer, name, seed);
}

Task<MfaController::Checked<Account>> MfaController::require_account(
    const AuthState& state, const http::Request& request
) {
  const Identity& identity = *request.identity;
  if (identity.kind != Identity::Kind::kUser || identity.user_id.empty())
    co_return std::unexpected(refuse(request, kUnauthenticated, kNobody));
  auto account = co_await state.users.find_by_id(identity.user_id, request.deadline);
  if (!account) co_return std::unexpected(refuse_error(request, account.error()));
  if (!*account) co_return std::unexpected(refuse(request, kUnauthenticated, kNobody));
  co_return std::move(**account);
}

Task<MfaController::Checked<Account>> MfaController::require_proof(
    const AuthState& state, const http::Request& request, const json::value& fields
) {
  auto account = co_await require_account(state, request);
  if (!account || has_proved_recently(*request.identity, seconds(parts_.clock))) co_return account;
  std::string password = text_field(fields, "password");
  if (password.empty()) {
    co_return std::unexpected(refuse(
        request, kReauthRequired, "the last login was more than five minutes ago: give the password"
    ));
  }
  const auto proven = co_await parts_.accounts.check_password(
      state,
      request,
      {.email = account->email, .password = std::move(password), .code = {}, .is_signed_in = true}
  );
  if (proven) co_return account;
  const LoginRefusal& refusal = proven.error();
  co_return std::unexpected(
      refusal.retry_after_s > 0 ? refuse_for_now(request, refusal.retry_after_s)
                                : refuse_error(request, refusal.error)
  );
}

Task<http::Response> MfaController::show(AuthStatePtr state, http::Request& request) {
  auto account = co_await require_account(*state, request);
  if (!account) co_return std::move(account.error());
  const auto status = co_await parts_.second_factors.status(account->key, request.deadline);
  if (!status) co_return refuse_error(request, status.error());
  const std::string codes = std::to_string(status->is_on ? status->recovery_codes : 0);
  co_return answer(
      200,
      std::string("{\"totp\":") + (status->is_on ? "true" : "false") +
          ",\"recovery_codes\":" + codes + "}"
  );
}

Task<http::Response> MfaController::act(AuthStatePtr state, http::Request& request, Action action) {
  if (request.identity->kind != Identity::Kind::kUser)
    co_return refuse(request, kUnauthenticated, kNobody);
  json::value fields = json::object();
  if (!request.header("content-type").empty() || request.body->declared_size() != 0) {
    auto read = co_await read_fields(request);
    if (!read) co_return refuse_error(request, read.error());
    fields = std::move(*read);
  }
  const auto known = require_known(fields, {"password", "code"});
  if (!known) co_return refuse_error(request, known.error());
  auto account = co_await require_proof(*state, request, fields);
  if (!account) co_return std::move(account.error());
  co_return co_await (this->*action)(request, {std::move(*account), std::move(fields)});
}

Task<http::Response> MfaController::begin(http::Request& request, Change change) {
  const auto seed = co_await factors_for(request).begin(change.account.key, request.deadline);
  if (!seed && seed.error().code == Errc::kExists)
    co_return refuse(request, kConflict, seed.error().message);
  if (!seed) co_return refuse_error(request, seed.error());
  std::string body = "{\"secret\":";
  codec::append_json_string(body, crypto::totp_secret_text(*seed));
  body += ",\"uri\":";
  codec::append_json_string(body, uri_of(change.account, *seed));
  co_return answer(201, body + "}");
}

Task<http::Response> MfaController::confirm(http::Request& request, Change change) {
  const auto codes = co_await factors_for(request).confirm(
      change.account.key, text_field(change.fields, "code"), request.deadline
  );
  if (!codes && codes.error().code == Errc::kExists)
    co_return refuse(request, kConflict, codes.error().message);
  if (!codes) co_return refuse_error(request, codes.error());
  co_return answer_codes(*codes);
}

Task<http::Response> MfaController::renew_codes(http::Request& request, Change change) {
  const auto codes =
      co_await factors_for(request).renew_recovery_codes(change.account.key, request.deadline);
  if (!codes) co_return refuse_error(request, codes.error());
  co_return answer_codes(*codes);
}

Task<http::Response> MfaController::remove(http::Request& request, Change change) {
  const auto removed = co_await factors_for(request).remove(change.account.key, request.deadline);
  if (!removed) co_return refuse_error(request, removed.error());
  if (!*removed) co_return refuse(request, kNotFound, "the account has no authenticator app");
  co_return answer(204, {});
}

}  // namespace noded::auth
