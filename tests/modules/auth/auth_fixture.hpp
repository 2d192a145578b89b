// An auth module over a real database, hash lane and router, called as the gateway calls it.
#pragma once

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "http/router_table.hpp"
#include "modules/auth/auth_module.hpp"
#include "repository/audit/audit_chain.hpp"
#include "runtime/thread_lane.hpp"
#include "support/database_fixture.hpp"
#include "support/sealing_box.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace noded::auth {

struct Answer {
  int status = 0;
  std::string body;
  std::vector<http::ResponseHeader> headers;

  std::string header(std::string_view name) const {
    for (const auto& field : headers) {
      if (field.name == name) return field.value;
    }
    return {};
  }
  // name=value of the auth cookie that was set.
  std::string cookie() const {
    const std::string field = header("Set-Cookie");
    return field.substr(0, field.find(';'));
  }
  json::object object() const { return testing_support::parse_object(body); }
  std::string token() const { return std::string(object().at("token").as_string()); }
};

class RecordingLog final : public Node::Logger {
 public:
  void info(std::string_view event, std::string_view fields) override { add(event, fields); }
  void warning(std::string_view event, std::string_view fields) override { add(event, fields); }
  void error(std::string_view event, std::string_view fields) override { add(event, fields); }
  std::string lines;

 private:
  void add(std::string_view event, std::string_view fields) {
    lines.append(event).append(" ").append(fields).append("\n");
  }
};

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string_view text) : text_(text) {}
  Task<Result<std::string_view>> read() override {
    const std::string_view part = text_;
    text_ = {};
    co_return part;
  }
  std::optional<std::uint64_t> declared_size() const override { return text_.size(); }

 private:
  std::string_view text_;
};

using Fields = std::map<std::string, std::string>;

class AuthFixture : public testing_support::DatabaseFixture {
 protected:
  static constexpr std::string_view kConfiguration = R"({
    "data": {"entities": {
      "docs": {"fields": {"title": {"type": "text"}, "owner": {"type": "text"}, "visibility": {"type": "text"}}},
      "users": {"fields": {"nick": {"type": "text"}, "credit": {"type": "number", "config": {"fillable": false}}}}}},
    "auth": {
      "enabled": true, "default_role_register": "member",
      "jwt": {"secret": "a-secret", "issuer": "here", "expires": 3600},
      "cookie": {"secure": false},
      "strategies": {
        "password": {"type": "password", "config": {"hashing": "sha256"}},
        "google": {"type": "oauth", "config": {"name": "google", "type": "oidc",
                   "client": {"client_id": "cid", "client_secret": "csecret"}}}},
      "guard": {"enabled": true},
      "roles": {
        "admin": {"implicit_allow": true},
        "member": {"permissions": ["system.access.api"]},
        "clerk": {"permissions": ["auth.user.create"]},
        "guest": {"is_default": true, "permissions": []}}}})";

  explicit AuthFixture(
      RecoveryRules recovery = {}, mail::Outbox* outbox = nullptr, LoginLimits logins = {}
  )
      : hash_lane_({.name = "hash", .queue_limit = 8, .thread_limit = 2}),
        module_({
            .database = database_,
            .router = router_,
            .hash_lane = hash_lane_,
            .clock = clock_,
            .log = log_,
            .secrets = secrets_,
            .cost = {.memory_bytes = 64 * 1024, .passes = 1},
            .sessions = {},
            .logins = logins,
            .mfa = {},
            .recovery = std::move(recovery),
            .outbox = outbox,
        }) {}
  ~AuthFixture() override { hash_lane_.close(); }

  // As the system module puts a configuration in force.
  Result<> configure(std::string_view text) {
    json::object application = testing_support::parse_object(text);
    if (auto completed = module_.complete(application); !completed) return completed;
    auto prepared = module_.prepare(application);
    if (!prepared) return std::unexpected(prepared.error());
    if (application.contains("data")) {
      auto changed = run(database_.change_schema(application.at("data").as_object(), {}));
      if (!changed) return std::unexpected(changed.error());
    }
    (*prepared)->publish();
    return {};
  }
  void configure() {
    const auto configured = configure(kConfiguration);
    ASSERT_TRUE(configured.has_value()) << configured.error().message;
  }

  // What the audit chain tells of an action: "actor action target".
  std::vector<std::string> audited(const std::string& action) {
    const audit::AuditChain chain(kApplication, clock_);
    auto body = [&](Transaction& transaction) {
      audit::Wanted wanted;
      wanted.action = action;
      return chain.list(transaction, wanted);
    };
    std::vector<std::string> told;
    for (const audit::Entry& entry :
         run(database::read(database_.store(), SteadyTime::max(), body)).value().entries)
      told.push_back(entry.act.actor + " " + entry.act.action + " " + entry.act.target);
    return told;
  }
  Answer call(
      http::Method method,
      std::string target,
      Fields fields = {},
      std::string body = {},
      bool from_local_socket = false
  ) {
    http::Request request;
    request.is_head = method == http::Method::kHead;
    request.method = request.is_head ? http::Method::kGet : method;
    request.target = target;
    const std::size_t question = std::min(target.find('?'), target.size());
    request.path = std::string_view(target).substr(0, question);
    request.query = std::string_view(target).substr(std::min(question + 1, target.size()));
    std::vector<http::Header> headers;
    for (const auto& [name, value] : fields)
      headers.push_back({name, value});
    request.headers = headers;
    request.from_local_socket = from_local_socket;
    request.peer = peer_;
    TextBody reader(body);
    request.body = &reader;
    request.identity = module_.authenticate(request);
    if (auto refused = module_.key_filter()->before(request)) return to_answer(std::move(*refused));
    const auto match = router_.find(request.method, request.path, request.parameters);
    if (!match.route) return {.status = 404, .body = "404 Not Found", .headers = {}};
    if (!match.route->permission.empty()) {
      const auto allowed = module_.authorize(*request.identity, match.route->permission, request);
      if (!allowed) return to_answer(http::answer_error(allowed.error()));
    }
    return to_answer(run(match.route->handler(request)));
  }

  Answer post(std::string target, std::string json, Fields fields = {}) {
    fields.emplace("content-type", "application/json");
    return call(http::Method::kPost, std::move(target), std::move(fields), std::move(json));
  }
  Answer post_form(std::string target, std::string form, Fields fields = {}) {
    fields.emplace("content-type", "application/x-www-form-urlencoded");
    fields.emplace("accept", "text/html");
    return call(http::Method::kPost, std::move(target), std::move(fields), std::move(form));
  }
  Answer get(std::string target, Fields fields = {}) {
    return call(http::Method::kGet, std::move(target), std::move(fields));
  }
  Answer register_account(const std::string& email, const std::string& password = "memberpass") {
    return post(
        "/api/auth/password/register",
        R"({"email":")" + email + R"(","password":")" + password + "\"}"
    );
  }
  Answer login(const std::string& email, const std::string& password = "memberpass") {
    return post(
        "/api/auth/password/login", R"({"email":")" + email + R"(","password":")" + password + "\"}"
    );
  }
  // An account as an import would bring it.
  Account add_account(
      std::string email,
      std::string role,
      std::string strategy_value,
      std::string strategy = "password"
  ) {
    NewAccount account{
        .fields = {},
        .email = std::move(email),
        .username = {},
        .strategy = std::move(strategy),
        .strategy_value = std::move(strategy_value),
        .role = std::move(role)
    };
    auto made = run(create_account(std::move(account)));
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(**made);
  }
  // Passwords that were hashed or verified, once the threads have counted them.
  std::uint64_t hashes() const {
    while (hash_lane_.running() > 0 || hash_lane_.queued() > 0)
      std::this_thread::yield();
    return hash_lane_.finished();
  }
  std::string stored_secret(const std::string& email) {
    auto account = run(module_.state()->users.find_by_email(email, SteadyTime::max()));
    return account && *account ? (*account)->strategy_value : std::string();
  }

  std::string peer_;  // whose address requests come from
  http::RouterTable router_;
  RecordingLog log_;
  testing_support::SealingBox secrets_;
  runtime::ThreadLane hash_lane_;
  AuthModule module_;

 private:
  // An optional, since an outcome that the loop hands over needs an empty state.
  Task<Result<std::optional<Account>>> create_account(NewAccount account) {
    const AuthStatePtr state = module_.state();
    auto made = co_await state->users.create(
        std::move(account),
        UnknownFields::kRefuse,
        database::unrestricted_access_for_the_node_itself(),
        SteadyTime::max()
    );
    if (!made) co_return std::unexpected(std::move(made.error()));
    co_return std::move(*made);
  }

  static Answer to_answer(http::Response response) {
    return {
        .status = response.status,
        .body = std::move(response.body),
        .headers = std::move(response.headers)
    };
  }
};

}  // namespace noded::auth
