// How AuthController tells that a password, and a second factor where one is asked for, are right.
#include "codec/json.hpp"
#include "modules/auth/auth_controller.hpp"
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/sessions.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace noded::auth {
namespace {

std::unexpected<LoginRefusal> refusal(Error error) {
  return std::unexpected(LoginRefusal{.error = std::move(error)});
}

std::unexpected<LoginRefusal> too_early(std::int64_t wait_s) {
  return std::unexpected(LoginRefusal{
      .error = {Errc::kUnauthorized, "Too many failed attempts", "AuthException", {}},
      .retry_after_s = wait_s
  });
}

std::unexpected<LoginRefusal> show_work(ProofDemand demand, std::int64_t wait_s) {
  return std::unexpected(LoginRefusal{
      .error =
          {Errc::kUnauthorized,
           "Very many logins fail at the moment: show a proof of work, or wait",
           std::string(kProofRequiredType),
           "{\"proof\":" + to_json(demand) + "}"},
      .retry_after_s = std::max<std::int64_t>(1, wait_s),
      .proof = std::move(demand)
  });
}

std::unexpected<LoginRefusal> begin_again() {
  return std::unexpected(LoginRefusal{
      .error =
          {Errc::kUnauthorized, "The login took too long; please begin again", "AuthException", {}},
      .is_expired = true
  });
}

}  // namespace

bool AuthController::is_disabled(const Account& account) const {
  return sessions_.accounts().is_disabled(account.key.text());
}

LoginGate::Attempt AuthController::attempt_of(
    const AuthState& state, const http::Request& request, const std::string& email
) const {
  const CookieWay way = cookie_way(request, sessions_.rules().allow_insecure_cookie);
  std::string_view device = own_cookie(request, way, kDeviceCookie);
  if (!is_device_of(device, state.rules.jwt.secret, email)) device = {};
  return LoginGate::attempt_of(request, email, device);
}

Task<std::expected<Proven, LoginRefusal>> AuthController::check_password(
    const AuthState& state, const http::Request& request, PasswordLogin login
) {
  if (login.email.empty() || login.password.empty()) co_return refusal(invalid_credentials());
  const auto attempt = attempt_of(state, request, login.email);
  if (const std::int64_t wait_s = gate_.wait_s(attempt); wait_s > 0) co_return too_early(wait_s);
  if (!login.is_signed_in && !attempt.is_known_device) {
    if (auto demand = storm_.ask(login.proof, attempt.network))
      co_return show_work(std::move(*demand), storm_.left_s());
  }
  auto account = co_await state.users.find_by_email(std::move(login.email), request.deadline);
  if (!account) co_return refusal(std::move(account.error()));
  std::optional<std::string> stored;
  const bool may_enter = *account && !is_disabled(**account);
  if (may_enter && (*account)->strategy == kPasswordStrategy &&
      !(*account)->strategy_value.empty()) {
    stored = (*account)->strategy_value;
  }
  auto verdict = co_await passwords_.verify(
      std::move(login.password), std::move(stored), state.rules.allow_plain_passwords
  );
  if (!verdict) co_return refusal(std::move(verdict.error()));
  Result<> proof;
  if (verdict->matches && !login.is_signed_in)
    proof = co_await verification_.require_proof(**account, request.deadline);
  const bool is_unproven = !proof && proof.error().type == kAddressUnproven;
  // Else whoever has just registered an address would see by a login whether that made an account.
  const bool is_hidden = is_unproven && verification_.hides_existence();
  if (!verdict->matches || is_hidden) {
    co_await note_failure(request, attempt, *account ? (*account)->key.text() : std::string());
    co_return refusal(invalid_credentials());
  }
  if (!proof) co_return refusal(std::move(proof.error()));
  Proven proven{.account = std::move(**account), .amr = {"pwd"}};
  if (!login.is_signed_in) {
    // The password alone resets no counter: whoever knows it could try codes without end.
    auto more = co_await ask_second_factor(request, proven.account, std::move(login.code), attempt);
    if (!more) co_return std::unexpected(std::move(more.error()));
    proven.amr.insert(proven.amr.end(), more->begin(), more->end());
  }
  co_await gate_.succeeded(attempt, request.deadline);
  co_await journal_.succeeded(request, proven.account.key.text());
  if (verdict->upgrade) {
    co_await keep_upgrade(state, proven.account, *verdict->upgrade, request.deadline);
    proven.account.strategy_value = std::move(*verdict->upgrade);
  }
  co_return proven;
}

Task<std::expected<std::vector<std::string>, LoginRefusal>> AuthController::ask_second_factor(
    const http::Request& request,
    const Account& account,
    std::string code,
    const LoginGate::Attempt& attempt
) {
  using Check = SecondFactors::Check;
  const auto checked = co_await second_factors_
                           .by(
                               {.name = "user " + account.key.text(),
                                .ip = std::string(request.peer),
                                .request_id = std::string(request.request_id)}
                           )
                           .check(account.key, std::move(code), request.deadline);
  if (!checked) co_return refusal(checked.error());
  switch (*checked) {
    case Check::kNotAsked:
      co_return std::vector<std::string>{};
    case Check::kRight:
      co_return std::vector<std::string>{"otp", "mfa"};
    case Check::kMissing:
      co_return std::unexpected(LoginRefusal{
          .error =
              {Errc::kUnauthorized,
               "This account asks for a code of its authenticator app besides: otp",
               "AuthException",
               {}},
          .retry_after_s = 0,
          .waiting = account
      });
    case Check::kWrong:
      break;
  }
  co_await note_failure(request, attempt, account.key.text());
  co_return refusal({Errc::kUnauthorized, "The code is wrong", "AuthException", {}});
}

Task<std::expected<Proven, LoginRefusal>> AuthController::check_code(
    const AuthState& state, const http::Request& request, std::string token, std::string code
) {
  if (code.empty()) co_return refusal({Errc::kInvalid, "code: the code is missing", {}, {}});
  const auto login = pending_.attempt(token);
  if (!login) co_return begin_again();
  auto account = co_await state.users.find_by_id(login->user_id, request.deadline);
  if (!account) co_return refusal(std::move(account.error()));
  if (!*account) co_return begin_again();
  const auto attempt = attempt_of(state, request, (*account)->email);
  if (const std::int64_t wait_s = gate_.wait_s(attempt); wait_s > 0) co_return too_early(wait_s);
  auto more = co_await ask_second_factor(request, **account, std::move(code), attempt);
  if (!more) co_return std::unexpected(std::move(more.error()));
  if (!pending_.close(token)) co_return begin_again();
  co_await gate_.succeeded(attempt, request.deadline);
  co_await journal_.succeeded(request, (*account)->key.text());
  Proven proven{.account = std::move(**account), .amr = {login->amr}};
  proven.amr.insert(proven.amr.end(), more->begin(), more->end());
  co_return proven;
}

// `user_id` is empty for an account that does not exist.
Task<> AuthController::note_failure(
    const http::Request& request, const LoginGate::Attempt& attempt, const std::string& user_id
) {
  storm_.count();
  co_await gate_.failed(attempt, request.deadline);
  co_await journal_.failed(request, user_id);
}

Task<> AuthController::keep_upgrade(
    const AuthState& state, Account account, std::string upgrade, SteadyTime deadline
) {
  const auto kept = co_await state.users.replace_secret(
      account.key, std::move(account.strategy_value), std::move(upgrade), deadline
  );
  if (kept) co_return;
  std::string fields = "{\"user\":";
  codec::append_json_string(fields, account.key.text());
  fields += ",\"reason\":";
  codec::append_json_string(fields, kept.error().message);
  fields += '}';
  log_.warning("auth.password_not_upgraded", fields);
}

}  // namespace noded::auth
