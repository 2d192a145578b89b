#include "modules/auth/accounts/impersonation.hpp"

#include "noded/permissions.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/accounts/account_identity.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/transact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPermission = "users.manage";
constexpr std::int64_t kFresh_s = 300;
constexpr std::int64_t kLifetime_s = 900;

bool is_in_person(const Identity& identity) {
  return identity.kind == Identity::Kind::kUser && !identity.user_id.empty() &&
         !identity.session.empty() && identity.key.empty() && identity.impersonator.empty();
}

// Why this identity may not begin at all; empty: it may.
std::optional<http::Response> refuse_actor(
    const AuthState& state, Authorizer& authorizer, const http::Request& request, std::int64_t now_s
) {
  const Identity& identity = *request.identity;
  if (identity.kind == Identity::Kind::kAnonymous)
    return refuse(request, kUnauthenticated, "sign in first");
  if (!is_in_person(identity)) {
    return refuse(request, kForbidden, "only somebody who is signed in by a session may do this");
  }
  // Where nothing is guarded nobody was trusted with this.
  const bool may = !state.guard->is_waived_for(identity) &&
                   authorizer.authorize(identity, kPermission, request).has_value();
  if (!may) {
    return refuse(request, kForbidden, fmt::format("this needs the permission {}", kPermission));
  }
  if (now_s - identity.auth_time_s <= kFresh_s) return std::nullopt;
  return refuse(
      request, kReauthRequired, "this needs a sign-in of the last five minutes; sign in again"
  );
}

bool same_policies(const Grant& a, const Grant& b) {
  return a.allow == b.allow &&
         std::ranges::equal(a.policies, b.policies, {}, &Policy::text, &Policy::text);
}

}  // namespace

bool covers(const GuardRole* role, const GuardRole* other) {
  if (role == other) return true;
  bool all = true;
  for_each_permission([&](std::string_view permission) {
    if (!all || !could(other, permission)) return;
    const Grant* grant = role != nullptr ? role->find(permission) : nullptr;
    const Grant* theirs = other->find(permission);
    if (grant == nullptr) {
      all = role != nullptr && role->implicit_allow;
    } else if (grant->policies.empty()) {
      all = grant->allow;
    } else {
      all = theirs != nullptr && same_policies(*grant, *theirs);
    }
  });
  return all;
}

std::vector<http::Route> Impersonation::routes(const AuthStatePtr& state) {
  std::vector<http::Route> table;
  table.push_back(credentials_route(
      http::Method::kPost,
      "/api/admin/users/:id/impersonate",
      [this, state](http::Request& request) { return begin(state, request); }
  ));
  return table;
}

Task<http::Response> Impersonation::begin(AuthStatePtr state, http::Request& request) {
  if (auto refused = refuse_actor(*state, authorizer_, request, seconds(clock_)))
    co_return std::move(*refused);
  const Identity& actor = *request.identity;
  const auto account =
      co_await state->users.find_by_id(std::string(request.parameter("id")), request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  if (!*account) co_return refuse(request, kNoSuchUser, "there is no such user");
  const auto target = account_identity(state->rules, **account);
  if (!target) co_return refuse_error(request, target.error());
  const std::string& id = target->user_id;
  if (id == actor.user_id) co_return refuse(request, kValidationFailed, "this is you");
  if (sessions_.accounts().is_disabled(id))
    co_return refuse(request, kForbidden, "that user is disabled");
  if (!covers(state->guard->role_of(actor), state->guard->role_of(*target)))
    co_return refuse(request, kForbidden, "that user may do more than you");
  const audit::AuditChain chain(database_.application(), database_.clock());
  auto body = [&](Transaction& transaction) {
    const audit::Actor who = audit::actor_of(request);
    return chain.append(transaction, done_by(who, "user.impersonate", "user " + id));
  };
  const auto kept =
      co_await database::transact(database_.store(), request.deadline, std::move(body));
  if (!kept) co_return refuse_error(request, kept.error());
  const auto signed_in = sign_in(
      state->rules,
      **account,
      seconds(clock_),
      {.id = actor.session,
       .version = sessions_.version_of(id),
       .lifetime_s = kLifetime_s,
       .impersonator = actor.user_id}
  );
  if (!signed_in) co_return refuse_error(request, signed_in.error());
  std::string answer = R"({"token":)";
  codec::append_json_string(answer, signed_in->token);
  answer += fmt::format(R"(,"token_type":"Bearer","expires_in":{},"user":)", kLifetime_s);
  answer += signed_in->claims + R"(,"act":{"sub":)";
  codec::append_json_string(answer, actor.user_id);
  http::Response response = http::Response::json(200, answer + "}}");
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

}  // namespace noded::auth
