#include "modules/auth/passkey/passkey_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "codec/utf8.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/passkey/passkey_answers.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kLocalhost = "localhost";
constexpr std::size_t kLongestLabel = 64;  // code points

// localhost, with or without a port.
bool is_localhost(std::string_view host) {
  if (!host.starts_with(kLocalhost)) return false;
  host.remove_prefix(kLocalhost.size());
  return host.empty() || host.front() == ':';
}

// A page of another site must not have its visitors' browsers do anything here. A client that is
// no browser sends neither field.
bool is_foreign(const http::Request& request, const passkey::RelyingParty& party) {
  if (request.method == http::Method::kGet) return false;
  if (request.has_header("origin")) {
    const std::string_view origin = request.header("origin");
    return std::ranges::find(party.origins, origin) == party.origins.end();
  }
  const std::string_view site = request.header("sec-fetch-site");
  return !site.empty() && site != "same-origin" && site != "none";
}

// The list for the browsers of pages on other domains (WebAuthn §5.11.1).
std::string related_origins(const std::vector<std::string>& origins) {
  json::array list;
  for (const std::string& origin : origins)
    list.emplace_back(origin);
  return codec::to_json_text(json::object{{"origins", std::move(list)}});
}

Task<Result<json::object>> read_object(http::Request& request) {
  const auto text = co_await request.read_body(passkey::kMaxResponseBytes);
  if (!text) co_return std::unexpected(text.error());
  if (text->empty()) co_return json::object();
  auto parsed = codec::parse_json(*text, "request body", {.max_depth = request.json_depth});
  if (!parsed) co_return std::unexpected(std::move(parsed.error()));
  if (!parsed->is_object()) co_return fail(Errc::kInvalid, "the request body is no JSON object");
  co_return std::move(parsed->get_object());
}

// RFC 8176 §2: how the user was recognised.
std::vector<std::string> methods_of(const Credential& credential, bool is_user_verified) {
  std::vector<std::string> amr{credential.backup_eligible ? "swk" : "hwk", "user"};
  if (is_user_verified) amr.emplace_back("mfa");
  return amr;
}

}  // namespace

PasskeyController::PasskeyController(
    PasskeyRules rules,
    database::Database& database,
    Lane& verifying,
    SessionOpener& sessions,
    LoginJournal& journal,
    const AddressVerification& verification,
    const Clock& clock,
    Node::Logger& log
)
    : rules_(std::move(rules)),
      party_(
          rules_.is_development()
              ? nullptr
              : std::shared_ptr<const passkey::RelyingParty>(std::shared_ptr<void>(), &rules_.party)
      ),
      verifying_(verifying),
      sessions_(sessions),
      journal_(journal),
      verification_(verification),
      clock_(clock),
      log_(log),
      challenges_(
          {.most = rules_.most_challenges,
           .per_minute = rules_.challenges_per_minute,
           .lifetime = rules_.challenge_lifetime},
          clock
      ),
      credentials_(database) {}

std::vector<http::Route> PasskeyController::routes(const AuthStatePtr& state) {
  using http::Method;
  using Self = PasskeyController;
  std::vector<http::Route> table;
  const auto add = [&](Method method, std::string_view path, std::string_view what, Action action) {
    table.push_back(route(state, method, path, what, action));
  };
  add(Method::kPost, "/register/options", "Begin to make a passkey", &Self::begin_registration);
  add(Method::kPost, "/register/verify", "Make a passkey", &Self::finish_registration);
  add(Method::kPost, "/login/options", "Begin to sign in with a passkey", &Self::begin_login);
  add(Method::kPost, "/login/verify", "Sign in with a passkey", &Self::finish_login);
  add(Method::kPost, "/stepup/options", "Begin to prove oneself again", &Self::begin_step_up);
  add(Method::kPost, "/stepup/verify", "Prove oneself again", &Self::finish_step_up);
  add(Method::kGet, "/credentials", "The account's passkeys", &Self::list);
  add(Method::kPatch, "/credentials/:id", "Name a passkey", &Self::rename);
  add(Method::kDelete, "/credentials/:id", "Delete a passkey", &Self::remove);
  if (!rules_.related_origins.empty()) {
    table.push_back(
        {.method = Method::kGet,
         .pattern = "/.well-known/webauthn",
         .permission = {},
         .summary = "Origins that share the passkeys of this one",
         .request_schema = {},
         .response_schema = {},
         .handler =
             [text = related_origins(rules_.related_origins)](http::Request&) {
               return http::answered(http::Response::json(200, text));
             }}
    );
  }
  return table;
}

http::Route PasskeyController::route(
    const AuthStatePtr& state,
    http::Method method,
    std::string_view path,
    std::string_view summary,
    Action action
) {
  return {
      .method = method,
      .pattern = state->rules.basepath + "/passkey" + std::string(path),
      .permission = {},
      .summary = summary,
      .request_schema = {},
      .response_schema = {},
      .handler =
          [this, state, action](http::Request& request) {
            return handle(state, request, action);
          }
  };
}

Task<http::Response> PasskeyController::handle(
    AuthStatePtr state, http::Request& request, Action action
) {
  auto party = party_of(request);
  if (!party) co_return std::move(party.error());
  if (is_foreign(request, **party)) co_return refuse_passkey("origin_refused");
  Call call{.state = std::move(state), .request = request, .party = std::move(*party)};
  if (request.method != http::Method::kGet) {
    auto body = co_await read_object(request);
    if (!body) co_return refuse_passkey(body.error());
    call.body = std::move(*body);
  }
  co_return co_await (this->*action)(call);
}

// Without a domain the page is the node's own on this machine: a browser does not let others name
// localhost as their host.
PasskeyController::Checked<std::shared_ptr<const passkey::RelyingParty>>
PasskeyController::party_of(const http::Request& request) {
  if (party_ != nullptr) return party_;
  const std::string_view host = request.header("host");
  if (!is_localhost(host)) {
    return Refused(refuse_passkey(
        "origin_refused",
        "without passkey.rp_id passkeys work at http://localhost only, not at " + std::string(host)
    ));
  }
  std::string origin = request.over_tls ? "https://" : "http://";
  origin += host;
  const std::scoped_lock lock(mutex_);
  if (development_ == nullptr || development_->origins.front() != origin) {
    development_ =
        std::make_shared<const passkey::RelyingParty>(development_party(rules_, std::move(origin)));
  }
  return development_;
}

Task<PasskeyController::Checked<Account>> PasskeyController::require_account(const Call& call) {
  const Identity& identity = *call.request.identity;
  if (identity.kind != Identity::Kind::kUser || identity.user_id.empty())
    co_return Refused(refuse_passkey("unauthenticated"));
  auto account = co_await call.state->users.find_by_id(identity.user_id, call.request.deadline);
  if (!account) co_return Refused(refuse_passkey(account.error()));
  if (!*account) co_return Refused(refuse_passkey("unauthenticated"));
  co_return std::move(**account);
}

Task<http::Response> PasskeyController::welcome(
    Call& call,
    const Account& account,
    const Credential& credential,
    bool is_user_verified,
    std::string body,
    Sessions::Addition addition
) {
  auto opened = co_await sessions_.open(
      *call.state,
      call.request,
      {.account = account,
       .amr = methods_of(credential, is_user_verified),
       .token_lasts_as_configured = true,
       .addition = std::move(addition)}
  );
  if (!opened) co_return refuse_passkey(opened.error());
  body += ",\"token\":";
  codec::append_json_string(body, opened->token);
  body += '}';
  http::Response response = answer_passkey(std::move(body));
  for (std::string& cookie : opened->set_cookies)
    response.headers.push_back({"Set-Cookie", std::move(cookie)});
  sign_ins_.fetch_add(1, std::memory_order_relaxed);
  co_await journal_.succeeded(call.request, account.key.text());
  co_return response;
}

http::Response PasskeyController::refuse(const Call& call, const passkey::Refusal& refusal) {
  refusals_.fetch_add(1, std::memory_order_relaxed);
  std::string fields = "{\"id\":";
  codec::append_json_string(fields, call.request.request_id);
  fields += ",\"code\":";
  codec::append_json_string(fields, passkey::to_text(refusal.code));
  fields += ",\"reason\":";
  codec::append_json_string(fields, refusal.reason);
  fields += '}';
  log_.info("passkey.refused", fields);
  return refuse_passkey(refusal);
}

std::string user_json(const Account& account) {
  codec::JsonArena arena;
  auto row = codec::parse_json(account.row, "account", {}, arena.storage());
  json::object user = row && row->is_object() ? std::move(row->get_object()) : json::object();
  user["username"] = name_of(account);
  return codec::to_json_text(user);
}

const std::string& name_of(const Account& account) {
  return account.username.empty() ? account.email : account.username;
}

bool is_good_label(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const codec::Utf8Step step = codec::decode_utf8(text);
    if (!step.valid || step.code_point < 0x20 || step.code_point == 0x7f) return false;
    text.remove_prefix(step.length);
    ++count;
  }
  return count >= 1 && count <= kLongestLabel;
}

}  // namespace noded::auth
