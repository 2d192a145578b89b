#include "modules/auth/session/session_opener.hpp"

#include "modules/auth/cookie.hpp"
#include "modules/auth/session/own_cookie.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kLongestAgent = 200;              // bytes of a User-Agent that are kept
constexpr std::int64_t kDeviceLifetime_s = 34'560'000;  // 400 days, the most that browsers keep

}  // namespace

std::int64_t SessionOpener::access_lifetime_s(std::int64_t expires_ms) const {
  const std::int64_t left_ms = expires_ms - sessions_.now_ms();
  // At least one second: none would be read as no end at all.
  return std::max<std::int64_t>(
      1, std::min(left_ms, sessions_.rules().access_lifetime.count()) / 1000
  );
}

// No way of signing in leads around it.
Task<Result<>> SessionOpener::require_second_factor(
    const SessionOpening& opening, SteadyTime deadline
) const {
  if (std::ranges::find(opening.amr, "mfa") != opening.amr.end()) co_return Result<>();
  const auto factor = co_await second_factors_.status(opening.account.key, deadline);
  if (!factor) co_return std::unexpected(factor.error());
  if (!factor->is_on) co_return Result<>();
  co_return fail(
      Errc::kUnauthorized, "the account asks for a second factor", std::string(kMfaRequiredType)
  );
}

Task<Result<OpenedSession>> SessionOpener::open(
    const AuthState& state, const http::Request& request, SessionOpening opening
) {
  auto allowed = co_await require_second_factor(opening, request.deadline);
  if (!allowed) co_return std::unexpected(std::move(allowed.error()));
  const std::int64_t now_s = seconds(clock_);
  auto claims = claims_of(state.rules, opening.account);
  if (!claims) co_return std::unexpected(std::move(claims.error()));
  Session session{
      .user = opening.account.key.text(),
      .claims = *claims,
      .amr = opening.amr,
      .auth_time_s = opening.auth_time_s != 0 ? opening.auth_time_s : now_s,
      .ip = std::string(request.peer),
      .agent = std::string(request.header("user-agent").substr(0, kLongestAgent)),
      .refresh_key = {}
  };
  TokenSession told{.id = {}, .version = 0, .amr = session.amr, .auth_time_s = session.auth_time_s};
  const auto stored = co_await sessions_.open(
      std::move(session), opening.with_refresh, request.deadline, opening.addition
  );
  if (!stored) co_return std::unexpected(stored.error());
  if (request.identity->by_cookie && !request.identity->session.empty()) {
    const auto ended = co_await sessions_.end(request.identity->session, request.deadline);
    if (!ended) co_return std::unexpected(ended.error());
  }
  told.id = stored->id;
  told.version = stored->version;
  if (!opening.token_lasts_as_configured) told.lifetime_s = access_lifetime_s(stored->expires_ms);
  std::string token = sign_token(state.rules, *claims, now_s, told);
  OpenedSession opened{
      .id = stored->id,
      .claims = std::move(*claims),
      .token = std::move(token),
      .expires_in_s = told.lifetime_s,
      .refresh_token = stored->refresh,
      .csrf = {},
      .set_cookies = {}
  };
  if (!opening.with_cookies) co_return opened;
  opened.set_cookies =
      set_cookies(state, request, opening.account.email, opened.claims, told, stored->token);
  opened.csrf = csrf_token(stored->token);
  co_return opened;
}

std::vector<std::string> SessionOpener::set_cookies(
    const AuthState& state,
    const http::Request& request,
    std::string_view email,
    std::string_view claims,
    TokenSession session,
    std::string_view token
) const {
  const std::int64_t lifetime_s = sessions_.rules().lifetime.count() / 1000;
  std::vector<std::string> cookies;
  if (sessions_.rules().bknd_cookie) {  // goes where the application's own settings let it
    session.lifetime_s = lifetime_s;
    cookies.push_back(application_cookie(state, claims, session));
  }
  const CookieWay way = cookie_way(request, sessions_.rules().allow_insecure_cookie);
  if (way == CookieWay::kNone) return cookies;
  cookies.push_back(set_own_cookie(way, kSessionCookie, token, lifetime_s));
  const std::string device = make_device(state.rules.jwt.secret, email);
  cookies.push_back(set_own_cookie(way, kDeviceCookie, device, kDeviceLifetime_s));
  return cookies;
}

std::string SessionOpener::application_cookie(
    const AuthState& state, std::string_view claims, const TokenSession& session
) const {
  const std::int64_t now_s = seconds(clock_);
  const std::string token = sign_token(state.rules, claims, now_s, session);
  return set_cookie(state.rules.cookie, sign_cookie(state.rules.jwt.secret, token), now_s);
}

Result<OpenedSession> SessionOpener::renew(
    const AuthState& state, const Account& account, const Sessions::Refreshed& refreshed
) {
  const std::int64_t lifetime_s = access_lifetime_s(refreshed.expires_ms);
  auto signed_in = sign_in(
      state.rules,
      account,
      seconds(clock_),
      {.id = refreshed.id,
       .version = refreshed.version,
       .amr = refreshed.amr,
       .auth_time_s = refreshed.auth_time_s,
       .lifetime_s = lifetime_s}
  );
  if (!signed_in) return std::unexpected(std::move(signed_in.error()));
  sessions_.set_claims(refreshed.id, signed_in->claims);
  return OpenedSession{
      .id = refreshed.id,
      .claims = std::move(signed_in->claims),
      .token = std::move(signed_in->token),
      .expires_in_s = lifetime_s,
      .refresh_token = refreshed.refresh,
      .csrf = {},
      .set_cookies = {}
  };
}

}  // namespace noded::auth
