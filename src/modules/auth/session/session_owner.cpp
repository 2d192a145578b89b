// The routes of session_controller.hpp for somebody who is logged in.
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/session_controller.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include <utility>

namespace noded::auth {
namespace {

// When what the identity was known by ends: the session, else the token; null when it does not.
json::value end_of(const Sessions& sessions, const Identity& identity) {
  const bool is_own = identity.impersonator.empty();
  std::int64_t end_ms = is_own ? sessions.expiry_of(identity.session) : 0;
  if (end_ms == 0) {
    const std::int64_t expires_s = identity_of(identity.claims, false).second;
    if (expires_s == 0) return nullptr;
    end_ms = expires_s * 1000;
  }
  return json::value(codec::format_iso(end_ms));
}

}  // namespace

http::Response SessionController::check(const http::Request& request) {
  const Identity& identity = *request.identity;
  if (identity.kind != Identity::Kind::kUser) {
    return refuse(request, kUnauthenticated, "nobody is logged in");
  }
  json::array roles;
  if (!identity.role.empty()) roles.emplace_back(identity.role);
  std::string body = "{\"user\":" + identity.claims + ",\"roles\":";
  codec::append_json(body, roles);
  body += ",\"amr\":";
  codec::append_json(body, json::value_from(identity.amr));
  body += ",\"expires_at\":";
  codec::append_json(body, end_of(parts_.sessions, identity));
  const std::string_view session = own_cookie(request, way(request), kSessionCookie);
  if (identity.by_cookie && !session.empty()) {
    body += ",\"csrf\":";
    codec::append_json_string(body, csrf_token(session));
  }
  http::Response response = http::Response::json(200, body + "}");
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Task<http::Response> SessionController::change_password(
    AuthStatePtr state, http::Request& request
) {
  const IdentityPtr identity = request.identity;
  if (identity->kind != Identity::Kind::kUser || identity->user_id.empty()) {
    co_return refuse(request, kUnauthenticated, "nobody is logged in");
  }
  const auto room = parts_.passwords.require_room();
  if (!room) co_return refuse_error(request, room.error());
  auto fields = co_await read_fields(request);
  if (!fields) co_return refuse_error(request, fields.error());
  if (identity->by_cookie && !is_from_here(request, *fields, kSessionCookie)) {
    co_return refuse(request, kCsrfFailed, "the request is not of a page of this site");
  }
  const auto known = require_known(*fields, {"current", "new", "next", "csrf"});
  if (!known) co_return refuse_error(request, known.error());
  const auto owner = co_await state->users.find_by_id(identity->user_id, request.deadline);
  if (!owner) co_return refuse_error(request, owner.error());
  if (!*owner) co_return refuse(request, kUnauthenticated, "the account is gone");
  auto proven = co_await parts_.accounts.check_password(
      *state,
      request,
      {.email = (*owner)->email,
       .password = text_field(*fields, "current"),
       .code = {},
       .is_signed_in = true}
  );
  if (!proven && proven.error().retry_after_s > 0) {
    co_return refuse_for_now(request, proven.error().retry_after_s);
  }
  if (!proven) co_return refuse_error(request, proven.error().error);
  const auto replaced =
      co_await replace_password(*state, proven->account, text_field(*fields, "new"), request);
  if (!replaced) co_return refuse_error(request, replaced.error());
  proven->amr = identity->amr;  // the session goes on as strong as it was
  co_return co_await enter(*state, request, *fields, *proven, 200);
}

// And ends what was opened with the old one.
Task<Result<>> SessionController::replace_password(
    const AuthState& state,
    const Account& account,
    std::string password,
    const http::Request& request
) {
  const json::value checked_as{{"email", account.email}, {"password", password}};
  if (auto checked = check_new_credentials(state.rules, checked_as); !checked) co_return checked;
  auto hash = co_await parts_.passwords.hash(std::move(password));
  if (!hash) co_return std::unexpected(std::move(hash.error()));
  AccountChange change(parts_.sessions, audit::actor_of(request));
  const auto replaced = co_await state.users.replace_secret(
      account.key, account.strategy_value, std::move(*hash), request.deadline, &change
  );
  if (!replaced) co_return std::unexpected(replaced.error());
  if (!*replaced) co_return fail(Errc::kConflict, "the password was changed meanwhile");
  change.take_effect();
  co_return Result<>();
}

}  // namespace noded::auth
