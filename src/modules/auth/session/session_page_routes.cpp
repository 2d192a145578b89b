// The pages of SessionController.
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/form_origin.hpp"
#include "modules/auth/session/html_page.hpp"
#include "modules/auth/session/login_pages.hpp"
#include "modules/auth/session/next_path.hpp"
#include "modules/auth/session/passkey_page.hpp"
#include "modules/auth/session/proof_page.hpp"
#include "modules/auth/session/session_controller.hpp"

#include <optional>
#include <utility>

namespace noded::auth {
namespace {

std::string query_text(const http::Request& request, std::string_view name) {
  const auto query = parse_form(request.query);
  return query ? text_field(*query, name) : std::string();
}

http::Response asset(std::string_view type, std::string_view text) {
  http::Response response = http::Response::text(200, std::string(text));
  response.content_type = type;
  response.headers.push_back({"Cache-Control", "public, max-age=3600"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

// Empty: there are none.
std::string passkey_routes(const AuthRules& rules) {
  return rules.has_passkeys ? rules.basepath + "/passkey" : std::string();
}

}  // namespace

std::vector<http::Route> SessionController::page_routes(const AuthStatePtr& state) {
  using http::Method;
  std::vector<http::Route> table;
  const auto add = [&table](std::string pattern, http::Handler handler) {
    table.push_back(credentials_route(Method::kGet, std::move(pattern), std::move(handler)));
  };
  add("/auth/login", [this, state](http::Request& request) {
    return http::answered(show_login(*state, request));
  });
  add("/auth/register", [this, state](http::Request& request) {
    return http::answered(show_register(*state, request));
  });
  add("/auth/mfa",
      [this](http::Request& request) { return http::answered(show_second_factor(request)); });
  add("/auth/api/logout",
      [this](http::Request& request) { return http::answered(show_logout(request)); });
  add(std::string(kStylePath), [](http::Request&) {
    return http::answered(asset("text/css; charset=utf-8", style_sheet()));
  });
  add(std::string(kProofScriptPath), [](http::Request&) {
    return http::answered(asset("text/javascript; charset=utf-8", proof_script()));
  });
  if (!state->rules.has_passkeys) return table;
  add(std::string(kScriptPath), [](http::Request&) {
    return http::answered(asset("text/javascript; charset=utf-8", passkey_script()));
  });
  add(std::string(kPasskeysPath),
      [this, state](http::Request& request) { return show_passkeys(state, request); });
  return table;
}

Task<http::Response> SessionController::show_passkeys(AuthStatePtr state, http::Request& request) {
  const auto back = [] {
    return http::Response::redirect(
        303, "/auth/login?next=" + codec::percent_encode(kPasskeysPath)
    );
  };
  if (request.identity->kind != Identity::Kind::kUser) co_return back();
  const auto account =
      co_await state->users.find_by_id(request.identity->user_id, request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  if (!*account) co_return back();
  const std::string& name = (*account)->username.empty() ? (*account)->email : (*account)->username;
  co_return answer_page(
      200,
      passkeys_page(
          language_of(request.header("accept-language")), name, passkey_routes(state->rules)
      ),
      Scripts::kOwn
  );
}

http::Response SessionController::show_form(
    const AuthState& state, const http::Request& request, bool registers
) {
  const std::string next = next_path(query_text(request, "next"));
  if (request.identity->kind == Identity::Kind::kUser) return http::Response::redirect(303, next);
  const CookieWay way = this->way(request);
  if (way == CookieWay::kNone) return refuse(request, kForbidden, kNoCookies);
  const BoundForm form = bind_form(request, way);
  const std::string passkeys = passkey_routes(state.rules);
  std::vector<std::string> paths;
  for (const OAuthProvider& provider : state.rules.providers)
    paths.push_back(state.rules.basepath + "/" + provider.name);
  std::vector<LoginService> services;
  for (std::size_t i = 0; i < paths.size(); ++i)
    services.push_back({.label = state.rules.providers[i].label, .path = paths[i]});
  std::optional<ProofDemand> proof;
  if (!registers) proof = parts_.storm.offer(LoginGate::attempt_of(request, {}, {}).network);
  const LoginPage page{
      .problem = problem_of(query_text(request, "error")),
      .csrf = form.csrf,
      .next = next,
      .email = {},
      .allow_register = state.rules.allow_register,
      .passkeys = passkeys,
      .services = services,
      .can_recover = parts_.can_recover,
      .can_confirm = parts_.hides_existence,
      .can_link = parts_.can_link,
      .proof = proof ? &*proof : nullptr
  };
  const Language language = language_of(request.header("accept-language"));
  http::Response response = answer_page(
      200,
      registers ? register_page(language, page) : login_page(language, page),
      passkeys.empty() && !proof ? Scripts::kNone : Scripts::kOwn
  );
  response.headers.push_back({"Set-Cookie", form.set_cookie});
  return response;
}

http::Response SessionController::show_login(const AuthState& state, const http::Request& request) {
  return show_form(state, request, false);
}

http::Response SessionController::show_register(
    const AuthState& state, const http::Request& request
) {
  if (state.rules.allow_register) return show_form(state, request, true);
  return refuse(request, kForbidden, "Registration is not allowed");
}

http::Response SessionController::show_logout(const http::Request& request) {
  if (request.identity->kind != Identity::Kind::kUser) {
    return http::Response::redirect(303, "/auth/login");
  }
  const std::string_view session = own_cookie(request, way(request), kSessionCookie);
  const Language language = language_of(request.header("accept-language"));
  return answer_page(200, logout_page(language, csrf_token(session)));
}

}  // namespace noded::auth
