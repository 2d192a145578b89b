// The beginning of a sign-in, and what both ends share. The other end is oauth_callback.cpp.
#include "modules/auth/oauth/oauth_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/oauth/oauth_page.hpp"
#include "modules/auth/redirect.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/next_path.hpp"

#include <chrono>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kLongestTarget = 1024;  // bytes; the challenge has to fit into a cookie

void append_parameter(std::string& url, std::string_view name, std::string_view value) {
  url += url.contains('?') ? '&' : '?';
  url.append(name).append("=").append(codec::percent_encode(value));
}

// RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1.
std::string authorization_url(
    const OAuthProvider& provider, std::string endpoint, const OAuthChallenge& challenge
) {
  append_parameter(endpoint, "client_id", provider.client_id);
  append_parameter(endpoint, "redirect_uri", challenge.redirect_uri);
  append_parameter(endpoint, "response_type", "code");
  append_parameter(endpoint, "scope", provider.scope);
  append_parameter(endpoint, "code_challenge", code_challenge(challenge.verifier));
  append_parameter(endpoint, "code_challenge_method", "S256");
  append_parameter(endpoint, "state", challenge.state);
  if (provider.kind == ProviderKind::kOidc) append_parameter(endpoint, "nonce", challenge.nonce);
  return endpoint;
}

bool is_form(const http::Request& request) {
  return request.header("content-type").starts_with("application/x-www-form-urlencoded");
}

http::Response show_code(const json::value& query) {
  const std::string code = text_field(query, "code");
  const json::object answer{{"code", code.empty() ? json::value() : json::value(code)}};
  http::Response response = http::Response::json(200, codec::to_json_text(answer));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace

OAuthController::OAuthController(OAuthRules rules, const Parts& parts)
    : rules_(std::move(rules)),
      parts_(parts),
      issuers_(parts.client, parts.clock),
      exchange_(parts.client, issuers_, parts.clock) {}

std::vector<http::Route> OAuthController::routes(const AuthStatePtr& state) {
  using http::Method;
  std::vector<http::Route> table;
  for (const OAuthProvider& provider : state->rules.providers) {
    const std::string base = state->rules.basepath + "/" + provider.name;
    const auto add = [&](Method method, std::string_view path, Action action) {
      table.push_back(credentials_route(
          method,
          base + std::string(path),
          [this, state, &provider, action = std::move(action)](http::Request& request) {
            return run({.state = state, .provider = provider, .request = request}, action);
          }
      ));
    };
    for (const OAuthAction action : {OAuthAction::kLogin, OAuthAction::kRegister}) {
      const std::string path = "/" + std::string(to_text(action));
      add(Method::kPost, path, [this, action](Call& call) { return begin_by_form(call, action); });
      add(Method::kGet, path, [this, action](Call& call) { return begin_by_program(call, action); }
      );
    }
    add(Method::kGet, "/callback", [this](Call& call) { return finish(call); });
    add(Method::kGet, "/token", [](Call& call) { return http::answered(show_code(call.query)); });
  }
  return table;
}

Task<http::Response> OAuthController::run(Call call, Action action) {
  auto query = parse_form(call.request.query);
  if (!query) co_return http::answer_error(query.error());
  call.query = std::move(*query);
  co_return co_await action(call);
}

std::int64_t OAuthController::now_ms() const {
  return parts_.clock.wall().time_since_epoch().count();
}

CookieWay OAuthController::way(const http::Request& request) const {
  return cookie_way(request, parts_.sessions.rules().allow_insecure_cookie);
}

Result<std::string> OAuthController::origin_of_node(const http::Request& request) const {
  if (!rules_.origin.empty()) return rules_.origin;
  const std::string_view host = request.header("host");
  if (host.empty()) return fail(Errc::kInvalid, "the request names no host");
  return (request.over_tls ? "https://" : "http://") + std::string(host);
}

Task<OAuthOutcome<std::string>> OAuthController::begin(
    const Call& call, OAuthChallenge& challenge
) {
  const AuthRules& rules = call.state->rules;
  if (challenge.action == OAuthAction::kRegister && !rules.allow_register) {
    co_return std::unexpected(own_failure({Errc::kForbidden, "Registration is not allowed", {}, {}})
    );
  }
  auto origin = origin_of_node(call.request);
  if (!origin) co_return std::unexpected(own_failure(origin.error()));
  challenge.provider = call.provider.name;
  challenge.redirect_uri = *origin + rules.basepath + "/" + call.provider.name +
                           (challenge.is_by_program ? "/token" : "/callback");
  challenge.expires_ms = now_ms() + rules_.lifetime.count();
  auto metadata = co_await issuers_.metadata_of(call.provider, call.request.deadline);
  if (!metadata) {
    metadata.error().code = Errc::kUnavailable;  // whatever is wrong there, it is not the client
    co_return std::unexpected(failure_at(call.provider, metadata.error()));
  }
  co_return authorization_url(call.provider, std::move(metadata->authorization), challenge);
}

Task<http::Response> OAuthController::begin_by_form(Call& call, OAuthAction action) {
  http::Request& request = call.request;
  const CookieWay way = this->way(request);
  if (way == CookieWay::kNone) co_return refuse(request, kForbidden, kNoCookies);
  OAuthChallenge challenge = make_challenge();
  challenge.action = action;
  json::value fields = json::object();
  if (is_form(request)) {
    auto read = co_await read_fields(request);
    if (!read) co_return refuse_error(request, read.error());
    fields = std::move(*read);
  }
  challenge.is_from_page = !text_field(fields, "page").empty();
  if (const std::string next = text_field(fields, "next"); !next.empty()) {
    challenge.target = next_path(next);
  } else if (auto path = path_of_referer(request.header("referer"), request.header("host"))) {
    challenge.target = std::move(*path);
  }
  if (challenge.target.size() > kLongestTarget) challenge.target.clear();
  const auto url = co_await begin(call, challenge);
  if (!url) {
    note(call, url.error());
    co_return answer_failure(request, url.error(), &challenge, call.state->rules.path_success);
  }
  http::Response response =
      challenge.is_from_page
          ? lead_to(language_of(request.header("accept-language")), call.provider.label, *url)
          : http::Response::redirect(302, *url);
  const std::int64_t lifetime_s = std::chrono::ceil<std::chrono::seconds>(rules_.lifetime).count();
  response.headers.push_back(
      {"Set-Cookie",
       set_own_cookie(
           way,
           kChallengeCookie,
           seal_challenge(call.state->rules.jwt.secret, challenge),
           lifetime_s
       )}
  );
  if (!challenge.is_from_page) response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

Task<http::Response> OAuthController::begin_by_program(Call& call, OAuthAction action) {
  OAuthChallenge challenge = make_challenge();
  challenge.action = action;
  challenge.is_by_program = true;
  const auto url = co_await begin(call, challenge);
  if (!url) {
    note(call, url.error());
    co_return http::answer_error(url.error().error);
  }
  http::Response response = http::Response::json(
      200,
      codec::to_json_text(json::object{
          {"url", *url},
          {"challenge", seal_challenge(call.state->rules.jwt.secret, challenge)},
          {"action", to_text(action)}
      })
  );
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

void OAuthController::note(const Call& call, const OAuthFailure& failure) {
  refusals_.fetch_add(1, std::memory_order_relaxed);
  const std::string fields = codec::to_json_text(json::object{
      {"id", call.request.request_id}, {"strategy", call.provider.name}, {"reason", failure.reason}
  });
  if (failure.error.code == Errc::kUnavailable) {
    parts_.log.warning("oauth.unavailable", fields);
  } else {
    parts_.log.info("oauth.refused", fields);
  }
}

}  // namespace noded::auth
