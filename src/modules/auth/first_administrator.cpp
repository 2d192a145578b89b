#include "modules/auth/first_administrator.hpp"

#include "codec/json.hpp"
#include "crypto/crypto.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/accounts/administrators.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/session/html_page.hpp"
#include "modules/auth/setup_page.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kCodeLength = 16;  // of [A-Za-z0-9]: 95 bits

http::Response not_found() {
  return http::Response::text(404, "404 Not Found");
}

http::Response page(
    const http::Request& request, int status, std::string_view problem, std::string_view email
) {
  const Language language = language_of(request.header("accept-language"));
  return answer_page(status, setup_page(language, problem, email));
}

http::Response problem(
    const http::Request& request, const json::value& fields, const Error& error
) {
  if (wants_json(request)) return http::answer_error(error);
  const int status = http::status_of(error.code);
  return page(
      request,
      status,
      status >= 500 ? std::string_view("This did not work. Please try again.")
                    : std::string_view(error.message),
      text_field(fields, "email")
  );
}

}  // namespace

Task<Result<std::optional<std::string>>> FirstAdministrator::open() {
  const AuthStatePtr state = current_();
  if (!state->rules.enabled) co_return std::nullopt;
  const std::vector<std::string> roles = administrating_roles(*state->guard);
  if (roles.empty()) {
    co_return fail(
        Errc::kInvalid,
        "no role in auth.roles may administrate: give one implicit_allow or system.config.write"
    );
  }
  const auto exists = co_await state->users.is_any_in(roles, SteadyTime::max());
  if (!exists) co_return std::unexpected(exists.error());
  if (*exists) co_return std::nullopt;
  const std::scoped_lock lock(mutex_);
  code_ = crypto::random_text(kCodeLength);
  wrong_codes_ = 0;
  co_return code_;
}

bool FirstAdministrator::is_open() {
  const std::scoped_lock lock(mutex_);
  return !code_.empty();
}

void FirstAdministrator::close() {
  const std::scoped_lock lock(mutex_);
  code_.clear();
}

FirstAdministrator::Check FirstAdministrator::check_code(std::string_view given) {
  const std::scoped_lock lock(mutex_);
  if (code_.empty()) return Check::kClosed;
  if (crypto::equal_in_constant_time(code_, given)) return Check::kRight;
  if (++wrong_codes_ >= kMostWrongCodes) {
    code_.clear();
    log_.warning(
        "auth.setup_closed", R"({"reason":"too many wrong codes; restart to get a new one"})"
    );
  }
  return Check::kWrong;
}

std::vector<http::Route> FirstAdministrator::routes() {
  const std::string path(kSetupPath);
  std::vector<http::Route> table;
  table.push_back(credentials_route(http::Method::kGet, path, [this](http::Request& request) {
    return show(request);
  }));
  table.push_back(credentials_route(http::Method::kPost, path, [this](http::Request& request) {
    return make(request);
  }));
  return table;
}

Task<Result<bool>> FirstAdministrator::is_needed(const AuthState& state, SteadyTime deadline) {
  if (!is_open() || !state.rules.enabled) co_return false;
  const auto exists = co_await state.users.is_any_in(administrating_roles(*state.guard), deadline);
  if (!exists) co_return std::unexpected(exists.error());
  if (*exists) close();
  co_return !*exists;
}

Task<http::Response> FirstAdministrator::show(http::Request& request) {
  const AuthStatePtr state = current_();
  const auto needed = co_await is_needed(*state, request.deadline);
  if (!needed) co_return http::answer_error(needed.error());
  if (!*needed) co_return not_found();
  co_return page(request, 200, {}, {});
}

Task<http::Response> FirstAdministrator::make(http::Request& request) {
  const AuthStatePtr state = current_();
  const auto needed = co_await is_needed(*state, request.deadline);
  if (!needed) co_return http::answer_error(needed.error());
  if (!*needed) co_return not_found();
  const auto fields = co_await read_fields(request);
  if (!fields) co_return problem(request, {}, fields.error());
  switch (check_code(text_field(*fields, "code"))) {
    case Check::kClosed:
      co_return not_found();
    case Check::kWrong:
      co_return problem(request, *fields, {Errc::kForbidden, "This is not the code.", {}, {}});
    case Check::kRight:
      break;
  }
  const auto account = co_await make_account(*state, *fields, request);
  if (!account) {
    if (account.error().code == Errc::kNotFound) co_return not_found();
    co_return problem(request, *fields, account.error());
  }
  close();
  std::string details = "{\"email\":";
  codec::append_json_string(details, account->email);
  log_.info("auth.first_administrator", details + "}");
  co_return controller_.welcome(*state, request, *account);
}

Task<Result<Account>> FirstAdministrator::make_account(
    const AuthState& state, const json::value& fields, const http::Request& request
) {
  if (auto checked = check_new_credentials(state.rules, fields); !checked) {
    co_return std::unexpected(std::move(checked.error()));
  }
  std::vector<std::string> roles = administrating_roles(*state.guard);
  if (roles.empty()) co_return fail(Errc::kNotFound, "no role may administrate");
  auto hash = co_await passwords_.hash(text_field(fields, "password"));
  if (!hash) co_return std::unexpected(std::move(hash.error()));
  NewAccount account{
      .fields = {},
      .email = text_field(fields, "email"),
      .username = {},
      .strategy = std::string(kPasswordStrategy),
      .strategy_value = std::move(*hash),
      .role = roles.front()
  };
  auto made = co_await state.users.by(audit::actor_of(request))
                  .create_first(std::move(account), std::move(roles), request.deadline);
  if (!made) co_return std::unexpected(std::move(made.error()));
  if (*made) co_return std::move(**made);
  close();
  co_return fail(Errc::kNotFound, "somebody administrates already");
}

}  // namespace noded::auth
