#include "modules/auth/keys/keys_admin.hpp"

#include "noded/permissions.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/accounts/account_identity.hpp"
#include "modules/auth/login_request.hpp"

#include <fmt/format.h>

#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPermission = "keys.manage";
constexpr RefusalKind kNoSuchKey{404, "NOT_FOUND", {"API key not found", "未找到密钥"}};
constexpr RefusalKind kTooManyKeys{422, "TOO_MANY_KEYS", {"Too many API keys", "密钥过多"}};

bool manages(const AuthState& state, const Identity& identity) {
  if (identity.kind == Identity::Kind::kLocalOperator) return true;
  // Where nothing is guarded nobody was trusted with the others either.
  if (state.guard->is_waived_for(identity)) return false;
  return state.guard->check(identity, kPermission, ConditionContext(identity)).has_value();
}

// Acts by itself: neither by a key nor as somebody else.
bool is_in_person(const Identity& identity) {
  return identity.key.empty() && identity.impersonator.empty();
}

http::Response answer(int status, std::string body) {
  http::Response response = http::Response::json(status, std::move(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response answer_made(int status, const ApiKeys::Made& made) {
  std::string body = to_json(made.key);
  body.pop_back();
  body += ",\"key\":";
  codec::append_json_string(body, made.text);
  return answer(status, body + "}");
}

http::Response no_such_key(const http::Request& request) {
  return refuse(request, kNoSuchKey, "there is no such API key");
}

// An empty body is an empty object.
Task<std::expected<json::value, http::Response>> read_body(http::Request& request) {
  const auto body = co_await request.read_body(kMaxCredentials);
  if (!body) co_return std::unexpected(refuse_error(request, body.error()));
  if (body->empty()) co_return json::object();
  auto value = codec::parse_json(*body, "request body", {.max_depth = request.json_depth});
  if (!value) co_return std::unexpected(refuse(request, kBadJson, value.error().message));
  co_return std::move(*value);
}

// kForbidden naming what the key could do and its maker could not.
Result<> require_no_more(const Guard& guard, const Identity& maker, const ApiKey& key) {
  const GuardRole* role = key.role.empty() ? nullptr : guard.find_role(key.role);
  if (!key.role.empty() && role == nullptr)
    return fail(Errc::kInvalid, fmt::format("there is no role \"{}\"", key.role));
  const auto check = [&](std::string_view permission) -> Result<> {
    if (guard.is_waived_for(maker) || could(guard.role_of(maker), permission)) return {};
    return fail(Errc::kForbidden, fmt::format("a key may do no more than you: {}", permission));
  };
  for (const std::string& permission : key.permissions) {
    if (auto checked = check(permission); !checked) return checked;
  }
  if (role == nullptr) return {};
  Result<> checked;
  for_each_permission([&](std::string_view permission) {
    if (checked && could(role, permission)) checked = check(permission);
  });
  return checked;
}

}  // namespace

http::Route KeysAdmin::route(
    const AuthStatePtr& state, http::Method method, std::string pattern, Handle handle
) {
  return credentials_route(
      method,
      std::move(pattern),
      [this, state, handle](http::Request& request) -> Task<http::Response> {
        const Identity& identity = *request.identity;
        const bool is_somebody =
            identity.kind == Identity::Kind::kLocalOperator ||
            (identity.kind == Identity::Kind::kUser && !identity.user_id.empty());
        if (!is_somebody) return http::answered(refuse(request, kUnauthenticated, "sign in first"));
        if (!is_in_person(identity)) {
          return http::answered(
              refuse(request, kForbidden, "API keys are handled by their owner, signed in as such")
          );
        }
        return (this->*handle)(state, request);
      }
  );
}

std::vector<http::Route> KeysAdmin::routes(const AuthStatePtr& state) {
  using http::Method;
  const std::string all = "/api/admin/keys";
  std::vector<http::Route> table;
  table.push_back(route(state, Method::kGet, all, &KeysAdmin::list));
  table.push_back(route(state, Method::kPost, all, &KeysAdmin::make));
  table.push_back(route(state, Method::kPost, all + "/:id/rotate", &KeysAdmin::rotate));
  table.push_back(route(state, Method::kDelete, all + "/:id", &KeysAdmin::revoke));
  return table;
}

Task<Result<std::string>> KeysAdmin::owner_of(
    const AuthState& state, const http::Request& request, std::string user
) {
  const Identity& identity = *request.identity;
  const bool sees_all = manages(state, identity);
  if (user == "me" || (user.empty() && !sees_all)) user = identity.user_id;
  if (user.contains('@')) {
    const auto account = co_await state.users.find_by_email(user, request.deadline);
    if (!account) co_return std::unexpected(account.error());
    if (*account) user = (*account)->key.text();
  }
  if (sees_all || user == identity.user_id) co_return user;
  co_return fail(
      Errc::kForbidden, fmt::format("keys of others need the permission {}", kPermission)
  );
}

std::optional<ApiKey> KeysAdmin::key_of(const AuthState& state, const http::Request& request)
    const {
  auto key = keys_.get(request.parameter("id"));
  const bool may_see =
      key && (key->owner == request.identity->user_id || manages(state, *request.identity));
  return may_see ? std::move(key) : std::nullopt;
}

Task<http::Response> KeysAdmin::list(AuthStatePtr state, http::Request& request) {
  const auto query = parse_form(request.query);
  if (!query) co_return refuse_error(request, query.error());
  const auto owner = co_await owner_of(*state, request, text_field(*query, "user"));
  if (!owner) co_return refuse_error(request, owner.error());
  std::string body = R"({"keys":[)";
  for (const ApiKey& key : keys_.list(*owner)) {
    if (body.back() == '}') body += ',';
    body += to_json(key);
  }
  co_return answer(200, body + "]}");
}

Task<http::Response> KeysAdmin::make(AuthStatePtr state, http::Request& request) {
  auto body = co_await read_body(request);
  if (!body) co_return std::move(body.error());
  auto read = read_new_key(*body, keys_.now_ms());
  if (!read.flaws.empty())
    co_return refuse(request, kValidationFailed, "the body breaks rules", read.flaws);
  ApiKey& key = read.input.key;
  const bool is_own = read.input.user.empty();
  auto owner = co_await owner_of(
      *state, request, is_own ? request.identity->user_id : std::move(read.input.user)
  );
  if (!owner) co_return refuse_error(request, owner.error());
  if (owner->empty()) co_return refuse(request, kValidationFailed, "say whose: user");
  key.owner = std::move(*owner);
  auto account = co_await account_identity(*state, key.owner, request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  for (const Identity* maker : {request.identity.get(), static_cast<const Identity*>(&*account)}) {
    const auto checked = require_no_more(*state->guard, *maker, key);
    if (!checked) co_return refuse_error(request, checked.error());
  }
  const auto made = co_await keys_.make(
      std::move(key), std::move(*account), audit::actor_of(request), request.deadline
  );
  if (made) co_return answer_made(201, *made);
  if (made.error().code == Errc::kUnprocessable)
    co_return refuse(request, kTooManyKeys, made.error().message);
  co_return refuse_error(request, made.error());
}

Task<http::Response> KeysAdmin::rotate(AuthStatePtr state, http::Request& request) {
  auto body = co_await read_body(request);
  if (!body) co_return std::move(body.error());
  const ReadOverlap read = read_overlap(*body, keys_.rules().overlap.count());
  if (!read.flaws.empty())
    co_return refuse(request, kValidationFailed, "the body breaks rules", read.flaws);
  const auto key = key_of(*state, request);
  if (!key) co_return no_such_key(request);
  const auto rotated =
      co_await keys_.rotate(key->id, read.overlap_ms, audit::actor_of(request), request.deadline);
  if (!rotated) co_return refuse_error(request, rotated.error());
  co_return *rotated ? answer_made(200, **rotated) : no_such_key(request);
}

Task<http::Response> KeysAdmin::revoke(AuthStatePtr state, http::Request& request) {
  const auto key = key_of(*state, request);
  if (!key) co_return no_such_key(request);
  const auto revoked = co_await keys_.revoke(key->id, audit::actor_of(request), request.deadline);
  if (!revoked) co_return refuse_error(request, revoked.error());
  if (!*revoked) co_return no_such_key(request);
  http::Response response;
  response.status = 204;
  response.content_type = {};
  co_return response;
}

}  // namespace noded::auth
