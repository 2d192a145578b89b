#include "modules/auth/recovery/recovery_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "mail/address.hpp"
#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/auth_controller.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/recovery/recovery_pages.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/form_origin.hpp"
#include "modules/auth/session/next_path.hpp"
#include "modules/auth/session/session.hpp"
#include "repository/audit/audit_chain.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kSent = "?sent=1";
constexpr std::string_view kDone = "?done=1";
constexpr std::string_view kLinkRoute = "/auth/api/link";

Language language_of(const http::Request& request) {
  return auth::language_of(request.header("accept-language"));
}

std::string query_text(const http::Request& request, std::string_view name) {
  const auto query = parse_form(request.query);
  return query ? text_field(*query, name) : std::string();
}

http::Response no_mail(const http::Request& request) {
  return refuse(request, kMailNotConfigured, no_mail_text(language_of(request)));
}

http::Response answer_json(int status, std::string body) {
  http::Response response = http::Response::json(status, std::move(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response go_to(Purpose purpose, std::string_view query) {
  http::Response response =
      http::Response::redirect(303, std::string(path_of(purpose)).append(query));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

Result<> check_members(const json::value& fields, Purpose purpose) {
  switch (purpose) {
    case Purpose::kRecover:
      return require_known(fields, {"email", "token", "password", "csrf"});
    case Purpose::kVerify:
      return require_known(fields, {"email", "token", "csrf"});
    case Purpose::kLogin:
      break;
  }
  return require_known(fields, {"email", "next", "token", "csrf", "cookie"});
}

// Where a login leads; empty: the root, as everywhere without it.
std::string asked_next(const std::string& text) {
  std::string next = next_path(text);
  return next == "/" ? std::string() : next;
}

}  // namespace

std::vector<http::Route> RecoveryController::routes(const AuthStatePtr& state) {
  std::vector<http::Route> table;
  const auto add = [&](Purpose purpose) {
    const std::string path(path_of(purpose));
    table.push_back(credentials_route(
        http::Method::kGet,
        path,
        [this, state, purpose](http::Request& request) { return show(state, request, purpose); }
    ));
    table.push_back(credentials_route(
        http::Method::kPost,
        path,
        [this, state, purpose](http::Request& request) { return take(state, request, purpose); }
    ));
  };
  add(Purpose::kRecover);
  add(Purpose::kVerify);
  if (!parts_.has_login_links) return table;
  add(Purpose::kLogin);
  table.push_back(table.back());
  table.back().pattern = kLinkRoute;
  return table;
}

CookieWay RecoveryController::way(const http::Request& request) const {
  return cookie_way(request, parts_.sessions.rules().allow_insecure_cookie);
}

// A link is only looked at: it still works afterwards.
Task<http::Response> RecoveryController::show(
    AuthStatePtr state, http::Request& request, Purpose purpose
) {
  if (purpose == Purpose::kVerify && wants_json(request))
    co_return co_await tell_proof(*state, request);
  const Language language = language_of(request);
  const std::string token = query_text(request, "token");
  if (!token.empty()) {
    const auto link =
        co_await parts_.links.find(hash_of_session_token(token), purpose, request.deadline);
    if (!link) co_return refuse_link(request, {.purpose = purpose}, token, link.error());
    co_return show_link(request, *link, 200, token, {});
  }
  if (purpose != Purpose::kLogin && !query_text(request, "done").empty())
    co_return answer_link_page(200, done_page(language, purpose));
  if (!query_text(request, "sent").empty())
    co_return answer_link_page(200, sent_page(language, purpose));
  if (!parts_.sender.has_mail()) co_return no_mail(request);
  if (way(request) == CookieWay::kNone) co_return refuse(request, kForbidden, kNoCookies);
  const BoundForm form = bind_form(request, way(request));
  const std::string next = asked_next(query_text(request, "next"));
  http::Response response = answer_link_page(200, ask_page(language, purpose, form.csrf, next));
  response.headers.push_back({"Set-Cookie", form.set_cookie});
  co_return response;
}

// {"email","verified","verified_at"} of who is logged in.
Task<http::Response> RecoveryController::tell_proof(
    const AuthState& state, http::Request& request
) {
  const Identity& identity = *request.identity;
  if (identity.kind != Identity::Kind::kUser || identity.user_id.empty())
    co_return refuse(request, kUnauthenticated, "nobody is logged in");
  const auto account = co_await state.users.find_by_id(identity.user_id, request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  if (!*account) co_return refuse(request, kUnauthenticated, "the account is gone");
  const auto proof = co_await parts_.verification.proof_of(**account, request.deadline);
  if (!proof) co_return refuse_error(request, proof.error());
  const bool is_proven = proof->proven_ms != 0;
  co_return answer_json(
      200,
      codec::to_json_text(json::object{
          {"email", (*account)->email},
          {"verified", is_proven},
          {"verified_at",
           is_proven ? json::value(codec::format_iso(proof->proven_ms)) : json::value()}
      })
  );
}

http::Response RecoveryController::show_link(
    const http::Request& request,
    const Link& link,
    int status,
    const std::string& token,
    std::string_view problem
) {
  if (way(request) == CookieWay::kNone) return refuse(request, kForbidden, kNoCookies);
  const BoundForm form = bind_form(request, way(request));
  const LinkPage page{
      .csrf = form.csrf, .token = token, .address = link.address, .problem = problem
  };
  http::Response response =
      answer_link_page(status, link_page(language_of(request), link.purpose, page));
  response.headers.push_back({"Set-Cookie", form.set_cookie});
  return response;
}

Task<http::Response> RecoveryController::take(
    AuthStatePtr state, http::Request& request, Purpose purpose
) {
  if (!wants_json(request) && way(request) == CookieWay::kNone)
    co_return refuse(request, kForbidden, kNoCookies);
  const auto fields = co_await read_fields(request);
  if (!fields) co_return refuse_error(request, fields.error());
  const auto known = check_members(*fields, purpose);
  if (!known) co_return refuse_error(request, known.error());
  if (!is_own_form(request, *fields, kPreSessionCookie, way(request), parts_.origins))
    co_return refuse(request, kCsrfFailed, "the form was open too long, or is of another site");
  if (!text_field(*fields, "token").empty())
    co_return co_await use_link(*state, request, purpose, *fields);
  co_return co_await ask(std::move(state), request, purpose, *fields);
}

// Each is counted like a failed login, of a name of its own: whoever asks for links to somebody's
// mailbox keeps nobody from logging in.
LoginGate::Attempt RecoveryController::asking_of(
    const http::Request& request, Purpose purpose, const std::string& address
) {
  return LoginGate::attempt_of(request, std::string(name_of(purpose)) + " " + address, {});
}

Task<http::Response> RecoveryController::ask(
    AuthStatePtr state, http::Request& request, Purpose purpose, const json::value& fields
) {
  if (!parts_.sender.has_mail()) co_return no_mail(request);
  const std::string address(trimmed(text_field(fields, "email")));
  if (!mail::is_address(address))
    co_return refuse_error(
        request, {Errc::kInvalid, "email: give the e-mail address of an account", {}, {}}
    );
  const auto attempt = asking_of(request, purpose, address);
  if (const std::int64_t wait_s = parts_.gate.wait_s(attempt); wait_s > 0)
    co_return refuse_for_now(request, wait_s);
  co_await parts_.gate.failed(attempt, request.deadline);
  const auto asked = co_await parts_.sender.ask(
      std::move(state),
      address,
      {.purpose = purpose,
       .language = language_of(request),
       .actor = audit::actor_of(request),
       .next = asked_next(text_field(fields, "next"))}
  );
  if (!asked) co_return refuse_error(request, asked.error());
  if (wants_json(request)) co_return answer_json(202, R"({"sent":true})");
  co_return go_to(purpose, kSent);
}

Task<http::Response> RecoveryController::use_link(
    const AuthState& state, http::Request& request, Purpose purpose, const json::value& fields
) {
  const std::string token = text_field(fields, "token");
  std::string hash = hash_of_session_token(token);
  const auto link = co_await parts_.links.find(hash, purpose, request.deadline);
  if (!link) co_return refuse_link(request, {.purpose = purpose}, token, link.error());
  if (purpose == Purpose::kLogin) co_return co_await log_in(state, request, fields, *link);
  Result<> done;
  if (purpose == Purpose::kRecover) {
    done = co_await set_password(state, request, *link, fields);
  } else {
    done = co_await confirm_address(state, request, *link, std::move(hash));
  }
  if (!done) co_return refuse_link(request, *link, token, done.error());
  if (wants_json(request)) co_return answer_json(200, R"({"ok":true})");
  co_return go_to(purpose, kDone);
}

http::Response RecoveryController::refuse_link(
    const http::Request& request, const Link& link, const std::string& token, const Error& error
) {
  const bool is_gone = error.type == kLinkGone;
  if (!prefers_html(request)) {
    return is_gone ? refuse(request, kTokenInvalid, error.message) : refuse_error(request, error);
  }
  if (is_gone) {
    http::Response response = answer_link_page(
        kTokenInvalid.status,
        gone_page(language_of(request), link.purpose, parts_.sender.has_mail())
    );
    response.headers.push_back({"WWW-Authenticate", "Bearer error=\"invalid_token\""});
    return response;
  }
  const int status = http::status_of(error.code);
  if (status >= 500) return refuse_error(request, error);
  return show_link(request, link, status, token, error.message);
}

Task<Result<>> RecoveryController::set_password(
    const AuthState& state,
    const http::Request& request,
    const Link& link,
    const json::value& fields
) {
  const std::string password = text_field(fields, "password");
  // The account's own address was accepted once; only the password is new.
  const json::value checked_as{{"email", "somebody@example.com"}, {"password", password}};
  if (auto checked = check_new_credentials(state.rules, checked_as); !checked) co_return checked;
  if (auto room = parts_.passwords.require_room(); !room) co_return room;
  auto secret = co_await parts_.passwords.hash(password);
  if (!secret) co_return std::unexpected(std::move(secret.error()));
  const std::string hash = hash_of_session_token(text_field(fields, "token"));
  const audit::Actor actor = audit::actor_of(request);
  const audit::AuditChain chain(parts_.database.application(), parts_.database.clock());
  auto with_it = [&](Transaction& transaction, const database::RowKey& key) -> Result<> {
    if (auto used = parts_.links.use(transaction, hash, Purpose::kRecover, key); !used) return used;
    if (auto shown = confirm_pending(transaction, key, link.address); !shown) return shown;
    return chain.append(transaction, done_by(actor, "user.recover", "user " + key.text()));
  };
  AccountChange change(parts_.sessions, actor);
  const auto changed = co_await state.users.change(
      link.address,
      {.strategy_value = std::move(*secret), .role = std::nullopt},
      change,
      request.deadline,
      std::move(with_it)
  );
  if (!changed) co_return std::unexpected(changed.error());
  if (!*changed)
    co_return fail(Errc::kNotFound, "the account's address changed", std::string(kLinkGone));
  change.take_effect();
  co_await parts_.gate.succeeded(
      LoginGate::attempt_of(request, (*changed)->email, {}), request.deadline
  );
  co_return Result<>();
}

// Whoever has the link has the mailbox, and the password that somebody else may have set is gone.
Result<> RecoveryController::confirm_pending(
    Transaction& transaction, const database::RowKey& key, const std::string& address
) const {
  const std::uint16_t application = parts_.database.application();
  const auto proof = address_proof(transaction, application, key, address);
  if (!proof) return std::unexpected(proof.error());
  const std::int64_t now_ms = parts_.database.clock().wall().time_since_epoch().count();
  if (proof->is_pending) put_address_proof(transaction, application, key, address, now_ms);
  return {};
}

Task<Result<>> RecoveryController::confirm_address(
    const AuthState& state, const http::Request& request, const Link& link, std::string hash
) {
  const audit::Actor actor = audit::actor_of(request);
  const audit::AuditChain chain(parts_.database.application(), parts_.database.clock());
  auto with_it = [&](Transaction& transaction, const database::RowKey& key) -> Result<> {
    if (auto used = parts_.links.use(transaction, hash, Purpose::kVerify, key); !used) return used;
    const std::uint16_t application = parts_.database.application();
    const std::int64_t now_ms = parts_.database.clock().wall().time_since_epoch().count();
    put_address_proof(transaction, application, key, link.address, now_ms);
    return chain.append(transaction, done_by(actor, "user.verify", "user " + key.text()));
  };
  AccountChange change(parts_.sessions, actor);
  const auto changed =
      co_await state.users.change(link.address, {}, change, request.deadline, std::move(with_it));
  if (!changed) co_return std::unexpected(changed.error());
  if (!*changed)
    co_return fail(Errc::kNotFound, "the account's address changed", std::string(kLinkGone));
  co_return Result<>();
}

}  // namespace noded::auth
