#include "modules/auth/recovery/recovery_admin.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/recovery/recovery_pages.hpp"
#include "modules/auth/refusal.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPermission = "users.manage";

http::Response answer(int status, json::object body) {
  http::Response response = http::Response::json(status, codec::to_json_text(std::move(body)));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Error no_password_account(const Account& account) {
  return {
      Errc::kInvalid,
      "the account signs in by " + account.strategy + " and has no password to recover",
      {},
      {}
  };
}

}  // namespace

std::vector<http::Route> RecoveryAdmin::routes(const AuthStatePtr& state) {
  std::vector<http::Route> table;
  table.push_back(credentials_route(
      http::Method::kPost,
      "/api/admin/users/:email/recovery-link",
      [this, state](http::Request& request) { return make_link(state, request); }
  ));
  table.push_back(credentials_route(
      http::Method::kPost,
      "/api/admin/users/:id/reset-password",
      [this, state](http::Request& request) { return send_link(state, request); }
  ));
  return table;
}

Task<http::Response> RecoveryAdmin::make_link(AuthStatePtr state, http::Request& request) {
  if (request.identity->kind != Identity::Kind::kLocalOperator)
    co_return http::Response::text(404, "404 Not Found");
  if (!state->rules.enabled)
    co_return http::answer_refusal(503, "there are no accounts: auth.enabled is false");
  const std::string email(request.parameter("email"));
  const auto account = co_await find_account(*state, email, request.deadline);
  if (!account) co_return http::answer_error(account.error());
  if (!*account)
    co_return http::answer_error({Errc::kNotFound, "there is no account " + email, {}, {}});
  if ((*account)->strategy != kPasswordStrategy)
    co_return http::answer_error(no_password_account(**account));
  Links::Order order{
      .purpose = Purpose::kRecover,
      .user = (*account)->key,
      .address = (*account)->email,
      .surplus = Links::Surplus::kReplacesOldest,
      .actor = audit::actor_of(request)
  };
  const auto made = co_await links_.make(std::move(order), request.deadline);
  if (!made) co_return http::answer_error(made.error());
  co_return answer(
      200,
      {{"link", sender_.target(Purpose::kRecover, (*made)->token)},
       {"expires_at", codec::format_iso((*made)->expires_ms)},
       {"lifetime_s", links_.lifetime().count() / 1000}}
  );
}

Task<http::Response> RecoveryAdmin::send_link(AuthStatePtr state, http::Request& request) {
  if (request.identity->kind == Identity::Kind::kAnonymous)
    co_return refuse(request, kUnauthenticated, "sign in first");
  if (!state->rules.enabled || !authorizer_.authorize(*request.identity, kPermission, request))
    co_return refuse(request, kForbidden, "this needs the permission users.manage");
  if (!sender_.has_mail())
    co_return refuse(
        request, kMailNotConfigured, no_mail_text(language_of(request.header("accept-language")))
    );
  const auto account =
      co_await state->users.find_by_id(std::string(request.parameter("id")), request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  if (!*account) co_return refuse(request, kNotFound, "there is no such user");
  if ((*account)->strategy != kPasswordStrategy)
    co_return refuse_error(request, no_password_account(**account));
  const auto sent = co_await sender_.send(
      **account,
      {.purpose = Purpose::kRecover,
       .language = language_of(request.header("accept-language")),
       .actor = audit::actor_of(request)},
      request.deadline
  );
  if (!sent) co_return refuse_error(request, sent.error());
  if (!*sent)
    co_return refuse(
        request, kRateLimited, "the account has as many open links as it may; wait until they end"
    );
  co_return answer(202, {{"sent", true}});
}

}  // namespace noded::auth
