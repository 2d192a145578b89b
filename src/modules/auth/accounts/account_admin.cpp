#include "modules/auth/accounts/account_admin.hpp"

#include "http/error_answer.hpp"
#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/accounts/administrators.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"
#include "repository/audit/audit_chain.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPermission = "users.manage";

http::Response user_answer(const UserView& user, bool is_disabled) {
  std::string body = to_json(user);
  body.pop_back();
  body += fmt::format(",\"disabled\":{}}}", is_disabled);
  http::Response response = http::Response::json(200, std::move(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response refuse_change(const http::Request& request, const Error& error) {
  if (error.type == kLastOne) return refuse(request, kLastAdministrator, error.message);
  return refuse_error(request, error);
}

}  // namespace

std::vector<http::Route> AccountAdmin::routes(const AuthStatePtr& state) {
  std::vector<http::Route> table;
  const auto add = [&](std::string_view act, auto handle) {
    table.push_back(credentials_route(
        http::Method::kPost,
        fmt::format("/api/admin/users/:id/{}", act),
        [this, handle](http::Request& request) -> Task<http::Response> {
          if (auto refused = refuse_without(request, authorizer_, kPermission))
            return http::answered(std::move(*refused));
          return handle(request);
        }
    ));
  };
  add("disable", [this, state](auto& request) { return set_disabled(state, request, true); });
  add("enable", [this, state](auto& request) { return set_disabled(state, request, false); });
  add("unlock", [this, state](auto& request) { return unlock(state, request); });
  add("remove-second-factor",
      [this, state](auto& request) { return remove_second_factor(state, request); });
  return table;
}

Task<AccountAdmin::Found> AccountAdmin::find(const AuthState& state, const http::Request& request) {
  std::string id(request.parameter("id"));
  if (id.contains('@')) {
    const auto account = co_await state.users.find_by_email(id, request.deadline);
    if (!account) co_return std::unexpected(account.error());
    if (!*account) co_return std::nullopt;
    id = (*account)->key.text();
  }
  co_return co_await UserRecords(database_, state.rules.entity_name).find(id, request.deadline);
}

Task<http::Response> AccountAdmin::set_disabled(
    AuthStatePtr state, http::Request& request, bool is_disabled
) {
  const Found user = co_await find(*state, request);
  if (!user) co_return refuse_error(request, user.error());
  if (!*user) co_return refuse(request, kNoSuchUser, "there is no such user");
  AccountChange change(sessions_, audit::actor_of(request));
  const Found changed = co_await UserRecords(database_, state->rules.entity_name)
                            .set_disabled((*user)->id, is_disabled, change, request.deadline);
  if (!changed) co_return refuse_change(request, changed.error());
  if (!*changed) co_return refuse(request, kNoSuchUser, "there is no such user");
  change.take_effect();
  co_return user_answer(**changed, is_disabled);
}

Task<http::Response> AccountAdmin::unlock(AuthStatePtr state, http::Request& request) {
  const Found user = co_await find(*state, request);
  if (!user) co_return refuse_error(request, user.error());
  if (!*user) co_return refuse(request, kNoSuchUser, "there is no such user");
  const audit::AuditChain chain(database_.application(), database_.clock());
  const auto forgotten = co_await gate_.forget(
      {(*user)->email, (*user)->username},
      [&](Transaction& transaction) {
        const audit::Actor actor = audit::actor_of(request);
        return chain.append(transaction, done_by(actor, "user.unlock", "user " + (*user)->id));
      },
      request.deadline
  );
  if (!forgotten) co_return refuse_error(request, forgotten.error());
  co_return user_answer(**user, sessions_.accounts().is_disabled((*user)->id));
}

Task<http::Response> AccountAdmin::remove_second_factor(
    AuthStatePtr state, http::Request& request
) {
  const Found user = co_await find(*state, request);
  if (!user) co_return refuse_error(request, user.error());
  if (!*user) co_return refuse(request, kNoSuchUser, "there is no such user");
  const auto account = co_await state->users.find_by_id((*user)->id, request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  if (!*account) co_return refuse(request, kNoSuchUser, "there is no such user");
  const auto removed = co_await second_factors_.by(audit::actor_of(request))
                           .remove((*account)->key, request.deadline);
  if (!removed) co_return refuse_error(request, removed.error());
  co_return user_answer(**user, sessions_.accounts().is_disabled((*user)->id));
}

}  // namespace noded::auth
