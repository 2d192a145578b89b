#include "modules/auth/session/sessions_admin.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"

#include <boost/json/value_from.hpp>

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPermission = "sessions.manage";
constexpr std::size_t kMostListed = 1000;

bool manages(const AuthState& state, const Identity& identity) {
  if (identity.kind == Identity::Kind::kLocalOperator) return true;
  // Where nothing is guarded nobody was trusted with the others either.
  if (identity.kind != Identity::Kind::kUser || state.guard->is_waived_for(identity)) return false;
  return state.guard->check(identity, kPermission, ConditionContext(identity)).has_value();
}

void append_session(std::string& out, const LiveSessions::Entry& entry, const Identity& asker) {
  const Session& session = entry.session;
  const std::string id = session_id(entry.hash);
  json::object shown{
      {"id", id},
      {"user", session.user},
      {"created", codec::format_iso(session.created_ms)},
      {"last_seen", codec::format_iso(session.seen_ms)},
      {"expires_at", codec::format_iso(session.expires_ms)},
      {"amr", json::value_from(session.amr)},
      {"ip", session.ip},
      {"device", session.agent},
      {"current", id == asker.session}
  };
  std::string text = codec::to_json_text(std::move(shown));
  text.pop_back();
  out += text + ",\"account\":" + session.claims + "}";
}

// Only whoever asks as somebody, or on the admin socket, is answered at all.
template <class Handle>
http::Handler for_somebody(const AuthStatePtr& state, Handle handle) {
  return [state, handle = std::move(handle)](http::Request& request) {
    const Identity& identity = *request.identity;
    const bool is_somebody = identity.kind == Identity::Kind::kLocalOperator ||
                             (identity.kind == Identity::Kind::kUser && !identity.user_id.empty());
    if (!is_somebody) {
      return http::answered(refuse(request, kUnauthenticated, "nobody is logged in"));
    }
    // What a key's owner has is not the key's.
    if (!identity.key.empty() && !manages(*state, identity)) {
      return http::answered(
          refuse(request, kForbidden, "an API key needs the permission sessions.manage for this")
      );
    }
    return handle(request);
  };
}

audit::Act end_by(const http::Request& request, std::string target) {
  return done_by(audit::actor_of(request), "session.end", std::move(target));
}

http::Response ended(std::size_t count) {
  return http::Response::json(200, "{\"ended\":" + std::to_string(count) + "}");
}

}  // namespace

std::vector<http::Route> SessionsAdmin::routes(const AuthStatePtr& state) {
  const std::string path = "/api/admin/sessions";
  std::vector<http::Route> table;
  table.push_back(credentials_route(
      http::Method::kGet,
      path,
      for_somebody(state, [this, state](http::Request& request) { return list(state, request); })
  ));
  table.push_back(credentials_route(
      http::Method::kDelete,
      path,
      for_somebody(state, [this, state](http::Request& request) { return end_all(state, request); })
  ));
  table.push_back(credentials_route(
      http::Method::kDelete,
      path + "/:id",
      for_somebody(state, [this, state](http::Request& request) { return end(state, request); })
  ));
  return table;
}

Task<Result<std::string>> SessionsAdmin::user_of(
    const AuthState& state, const http::Request& request
) {
  const Identity& identity = *request.identity;
  const auto query = parse_form(request.query);
  if (!query) co_return std::unexpected(query.error());
  std::string asked = text_field(*query, "user");
  const bool may_see_all = manages(state, identity);
  if (asked == "me") asked = identity.user_id;
  if (asked.empty() && !may_see_all) asked = identity.user_id;
  if (asked.contains('@')) {
    const auto account = co_await state.users.find_by_email(asked, request.deadline);
    if (!account) co_return std::unexpected(account.error());
    if (*account)
      asked = (*account)->key.text();
    else if (may_see_all)
      co_return fail(Errc::kNotFound, "there is no account " + asked);
  }
  if (may_see_all || asked == identity.user_id) co_return asked;
  co_return fail(Errc::kForbidden, "sessions of others need the permission sessions.manage");
}

Task<http::Response> SessionsAdmin::list(AuthStatePtr state, http::Request& request) {
  const auto user = co_await user_of(*state, request);
  if (!user) co_return refuse_error(request, user.error());
  const auto sessions = sessions_.list(*user);
  std::string body = "{\"sessions\":[";
  const std::size_t shown = std::min(sessions.size(), kMostListed);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) body += ',';
    append_session(body, sessions[i], *request.identity);
  }
  body += "]";
  if (shown < sessions.size()) body += ",\"has_more\":true";
  http::Response response = http::Response::json(200, body + "}");
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

Task<http::Response> SessionsAdmin::end(AuthStatePtr state, http::Request& request) {
  const Identity& identity = *request.identity;
  const std::string id(request.parameter("id"));
  const auto own = sessions_.list(identity.user_id);
  const bool is_own = std::ranges::any_of(own, [&](const LiveSessions::Entry& entry) {
    return entry.session.user == identity.user_id && session_id(entry.hash) == id;
  });
  // Others' sessions are none to who may not know of them.
  if (!is_own && !manages(*state, identity))
    co_return refuse(request, kNotFound, "there is no such session");
  const auto found = co_await sessions_.end(id, request.deadline, end_by(request, "session " + id));
  if (!found) co_return refuse_error(request, found.error());
  if (!*found) co_return refuse(request, kNotFound, "there is no such session");
  co_return ended(1);
}

Task<http::Response> SessionsAdmin::end_all(AuthStatePtr state, http::Request& request) {
  const auto user = co_await user_of(*state, request);
  if (!user) co_return refuse_error(request, user.error());
  if (user->empty()) co_return refuse(request, kValidationFailed, "say whose: ?user=");
  const auto count =
      co_await sessions_.end_all(*user, request.deadline, end_by(request, "user " + *user));
  if (!count) co_return refuse_error(request, count.error());
  co_return ended(*count);
}

}  // namespace noded::auth
