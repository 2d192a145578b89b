#include "modules/auth/recovery/otp_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "mail/address.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/recovery/letters.hpp"
#include "modules/auth/recovery/recovery_pages.hpp"
#include "modules/auth/refusal.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kOtpError = "OTPError";  // bknd's names of the two kinds
constexpr std::string_view kException = "Exception";

std::unexpected<Error> otp_error(std::string message) {
  return fail(Errc::kInvalid, std::move(message), std::string(kOtpError));
}

std::unexpected<Error> no_credentials() {
  return fail(Errc::kInvalid, "Invalid credentials", std::string(kException));
}

std::unexpected<Error> second_factor_asked() {
  return fail(
      Errc::kForbidden,
      "This account has a second factor: log in with its password and that",
      std::string(kException)
  );
}

// {"email","code"?}; a registration may bring more.
Result<> check_body(const json::value& fields, bool is_login) {
  if (!fields.is_object()) return fail(Errc::kInvalid, "the request has to be an object");
  const auto& members = fields.get_object();
  if (!mail::is_address(text_field(fields, "email")))
    return fail(Errc::kInvalid, "email: expected an e-mail address");
  const json::value* code = members.if_contains("code");
  if (code != nullptr && (!code->is_string() || code->get_string().empty()))
    return fail(Errc::kInvalid, "code: expected the text of a code");
  if (members.contains("role")) return no_credentials();
  return is_login ? require_known(fields, {"email", "code"}) : Result<>();
}

}  // namespace

std::vector<http::Route> OtpController::routes(const AuthStatePtr& state) {
  std::vector<http::Route> table;
  for (const Action action : {Action::kLogin, Action::kRegister}) {
    table.push_back(credentials_route(
        http::Method::kPost,
        state->rules.basepath + "/otp/" + std::string(name_of(action)),
        [this, state, action](http::Request& request) { return serve(state, request, action); }
    ));
  }
  return table;
}

Task<http::Response> OtpController::serve(
    AuthStatePtr state, http::Request& request, Action action
) {
  if (parts_.outbox == nullptr) {
    const Language language = language_of(request.header("accept-language"));
    co_return auth::refuse(request, kMailNotConfigured, no_mail_text(language));
  }
  const bool is_login = action == Action::kLogin;
  if (!is_login && !state->rules.allow_register)
    co_return http::answer_error({Errc::kForbidden, "Registration is not allowed", {}, {}});
  const auto fields = co_await read_fields(request);
  if (!fields) co_return http::answer_error(fields.error());
  if (auto checked = check_body(*fields, is_login); !checked)
    co_return http::answer_error(checked.error());
  const std::string email = text_field(*fields, "email");
  const auto attempt = LoginGate::attempt_of(request, "otp " + email, {});
  if (const std::int64_t wait_s = parts_.gate.wait_s(attempt); wait_s > 0) {
    co_return auth::refuse(
        request,
        LoginRefusal{
            .error = {Errc::kUnauthorized, "Too many failed attempts", "AuthException", {}},
            .retry_after_s = wait_s
        }
    );
  }
  const std::string code = text_field(*fields, "code");
  if (code.empty()) {
    // Whoever fills mailboxes waits like who guesses.
    co_await parts_.gate.failed(attempt, request.deadline);
    co_return co_await send(*state, request, action, email);
  }
  auto account = is_login ? co_await require_account(*state, email, request.deadline)
                          : Result<Account>(no_credentials());
  if (is_login && !account && !is_hidden(account.error()))
    co_return http::answer_error(account.error());
  if (auto used = co_await use_code(*state, request, action, email, code); !used) {
    co_await parts_.gate.failed(attempt, request.deadline);
    if (account) co_await parts_.journal.failed(request, account->key.text());
    co_return http::answer_error(used.error());
  }
  if (!is_login) account = co_await make_account(*state, request, email, *fields);
  if (!account) co_return http::answer_error(account.error());
  co_await parts_.gate.succeeded(attempt, request.deadline);
  co_await parts_.journal.succeeded(request, account->key.text());
  co_return parts_.accounts.welcome(*state, request, *account);
}

Task<Result<Account>> OtpController::require_account(
    const AuthState& state, const std::string& email, SteadyTime deadline
) {
  auto account = co_await state.users.find_by_email(email, deadline);
  if (!account) co_return std::unexpected(std::move(account.error()));
  if (!*account || parts_.accounts.is_disabled(**account)) co_return no_credentials();
  const auto second = co_await parts_.second_factors.status((*account)->key, deadline);
  if (!second) co_return std::unexpected(second.error());
  if (second->is_on) co_return second_factor_asked();
  co_return std::move(**account);
}

Task<http::Response> OtpController::send(
    const AuthState& state, http::Request& request, Action action, std::string email
) {
  const auto fit = co_await check_account(state, action, email, request.deadline);
  if (!fit && !is_hidden(fit.error())) co_return http::answer_error(fit.error());
  EmailCodes::Use use{
      .action = std::string(name_of(action)), .address = email, .secret = state.rules.jwt.secret
  };
  const auto made = co_await parts_.codes.make(std::move(use), request.deadline);
  if (!made) co_return http::answer_error(made.error());
  const Language language = language_of(request.header("accept-language"));
  if (fit) {
    const auto posted = parts_.outbox->post(code_letter(
        language,
        {.to = email, .site = parts_.public_url, .lifetime = EmailCodes::kLifetime},
        made->code
    ));
    if (!posted) co_return http::answer_error(posted.error());
  } else if (action == Action::kRegister) {
    parts_.sender.tell(email, Notice::kHasAccount, language);
  } else if (fit.error().code == Errc::kForbidden) {
    parts_.sender.tell(email, Notice::kNeedsSecondFactor, language);
  }
  const json::object data{
      {"email", email},
      {"action", name_of(action)},
      {"expires_at", codec::format_iso(made->expires_ms)}
  };
  http::Response response =
      http::Response::json(201, R"({"sent":true,"data":)" + codec::to_json_text(data) + "}");
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

Task<Result<>> OtpController::check_account(
    const AuthState& state, Action action, const std::string& email, SteadyTime deadline
) {
  if (action == Action::kLogin) {
    const auto account = co_await require_account(state, email, deadline);
    if (!account) co_return std::unexpected(account.error());
    co_return Result<>();
  }
  const auto taken = co_await state.users.find_by_email(email, deadline);
  if (!taken) co_return std::unexpected(taken.error());
  if (*taken) co_return no_credentials();
  co_return Result<>();
}

bool OtpController::is_hidden(const Error& error) const {
  return error.type == kException && parts_.verification.hides_existence();
}

Task<Result<>> OtpController::use_code(
    const AuthState& state,
    const http::Request& request,
    Action action,
    const std::string& email,
    std::string code
) {
  EmailCodes::Use use{
      .action = std::string(name_of(action)), .address = email, .secret = state.rules.jwt.secret
  };
  const auto verdict =
      co_await parts_.codes.check(std::move(use), std::move(code), request.deadline);
  if (!verdict) co_return std::unexpected(verdict.error());
  switch (*verdict) {
    case EmailCodes::Verdict::kRight:
      co_return Result<>();
    case EmailCodes::Verdict::kExpired:
      co_return otp_error("Code expired");
    case EmailCodes::Verdict::kUsed:
      co_return otp_error("Code already used");
    case EmailCodes::Verdict::kWrong:
      break;
  }
  co_return otp_error("Invalid code");
}

// Without a password: the next login is by a code again, or by a link that sets one.
Task<Result<Account>> OtpController::make_account(
    const AuthState& state,
    const http::Request& request,
    std::string email,
    const json::value& fields
) {
  NewAccount account{
      .fields = fields.get_object(),
      .email = std::move(email),
      .username = {},
      .strategy = std::string(kPasswordStrategy),
      .strategy_value = {},
      .role = state.rules.default_role_register
  };
  account.fields.erase("code");
  auto made = co_await state.users.by(audit::actor_of(request))
                  .create(
                      std::move(account),
                      UnknownFields::kDrop,
                      database::unrestricted_access_for_the_node_itself(),
                      request.deadline
                  );
  if (!made && made.error().code == Errc::kExists) co_return no_credentials();
  co_return made;
}

}  // namespace noded::auth
