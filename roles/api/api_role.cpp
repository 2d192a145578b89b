#include "roles/api/api_role.hpp"

#include "noded/node.hpp"

#include "client/client.hpp"
#include "gateway/cors.hpp"
#include "modules/auth/auth_module.hpp"
#include "modules/auth/auth_options.hpp"
#include "modules/auth/passkey/metadata_number.hpp"
#include "modules/auth/passkey/passkey_rules.hpp"
#include "modules/auth/session/login_filter.hpp"
#include "modules/data/data_module.hpp"
#include "modules/messages/events_controller.hpp"
#include "modules/messages/feed_follower.hpp"
#include "modules/messages/messages_options.hpp"
#include "modules/system/configuration.hpp"
#include "modules/system/doctor_controller.hpp"
#include "modules/system/flows_module.hpp"
#include "modules/system/media_module.hpp"
#include "modules/system/schema_controller.hpp"
#include "modules/system/secrets_controller.hpp"
#include "modules/system/server_module.hpp"
#include "modules/system/system_controller.hpp"
#include "modules/transfer/import_admin.hpp"
#include "modules/transfer/lines_admin.hpp"
#include "repository/database/database.hpp"
#include "roles/api/api_options.hpp"
#include "roles/api/application_id_filter.hpp"
#include "roles/api/audit_upkeep.hpp"
#include "roles/api/feed_upkeep.hpp"
#include "roles/api/first_configuration.hpp"
#include "roles/api/rewind_records.hpp"
#include "roles/api/role_mail.hpp"
#include "roles/api/sealing_keys.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace noded::roles {

namespace {

constexpr std::uint16_t kApplication = 1;  // the node's only one
constexpr std::string_view kSystemRoutes = "system";
constexpr std::string_view kDoctorRoutes = "doctor";
constexpr std::string_view kTransferRoutes = "transfer";
constexpr std::string_view kSchemaRoutes = "schema";
constexpr std::string_view kLinesRoutes = "lines";
constexpr std::string_view kSecretsRoutes = "secrets";
constexpr std::string_view kMessagesRoutes = "messages";

// The node outlives a role, but what a role gave it lives as long as the node does: authenticator
// and authorizer are shared with it, routes are taken back in stop().
class ApiRole final : public Role {
 public:
  explicit ApiRole(Node& node)
      : node_(node),
        database_({node.engine(), node.store_lane()}, kApplication, node.clock()),
        message_limits_(messages::message_limits(node.options())),
        client_(client::client_setup(node.options())),
        mail_(node),
        cors_(std::make_shared<gateway::Cors>()),
        auth_(std::make_shared<auth::AuthModule>(auth::AuthServices{
            database_,
            node.router(),
            node.hash_lane(),
            node.clock(),
            node.log(),
            node.secrets(),
            auth::password_cost(node.options()),
            auth::session_rules(node.options()),
            auth::login_limits(node.options()),
            auth::mfa_rules(node.options()),
            auth::recovery_rules(node.options(), mail_.public_url()),
            mail_.outbox(),
            auth::key_rules(node.options())
        })),
        session_upkeep_(node.executor(), auth_->upkeep_parts()),
        data_(database_, node.router(), *auth_, *auth_, data::data_limits(node.options())),
        server_([this](const system::CorsSettings& settings) { configure_cors(settings); }),
        configuration_(
            database_, node.secrets(), {server_, data_, *auth_, media_, flows_}, node.log()
        ),
        controller_(configuration_, database_, *auth_, node.router()),
        doctor_(database_, node.secrets(), node.log()),
        feed_(node, database_),
        import_(database_, *auth_),
        schema_(configuration_, database_),
        lines_(database_, *auth_),
        secrets_(configuration_, database_, node.secrets(), node.log()),
        audit_upkeep_(node, database_),
        follower_(database_, node.executor(), message_limits_.delay),
        events_({database_, *auth_, *auth_, *auth_}, follower_, message_limits_) {}

  Task<Result<>> start() override;
  Task<> stop() override;

 private:
  Task<Result<>> load_or_begin();
  // With a stored configuration that cannot be put in force, for the commands that mend it.
  Task<Result<>> start_mending();
  Task<> offer_setup();
  Task<Result<>> change_role(
      std::string name,
      std::optional<boost::json::object> role,
      audit::Actor actor,
      system::Configuration::Check check
  );
  void tell_of_logins();
  void tell_of_sessions();
  void show_changes();
  void tell_of_events();
  void tell_of_passkeys();
  void tell_of_calls();
  void configure_cors(const system::CorsSettings& settings);

  Node& node_;
  database::Database database_;
  const messages::MessageLimits message_limits_;
  client::Client client_;
  RoleMail mail_;
  std::shared_ptr<gateway::Cors> cors_;
  std::shared_ptr<auth::AuthModule> auth_;
  auth::SessionUpkeep session_upkeep_;
  data::DataModule data_;
  system::ServerModule server_;
  system::MediaModule media_;
  system::FlowsModule flows_;
  system::Configuration configuration_;
  system::SystemController controller_;
  system::DoctorController doctor_;
  FeedUpkeep feed_;
  transfer::ImportAdmin import_;
  system::SchemaController schema_;
  transfer::LinesAdmin lines_;
  system::SecretsController secrets_;
  AuditUpkeep audit_upkeep_;
  messages::FeedFollower follower_;
  messages::EventsController events_;
};

Task<Result<>> ApiRole::start() {
  node_.set_authenticator(auth_);
  node_.set_authorizer(auth_);
  node_.add_filter(cors_);
  node_.add_filter(auth_->cross_site_filter());
  node_.add_filter(std::make_shared<auth::LoginFilter>(node_.options().get(auth::kRequireLogin)));
  node_.add_filter(auth_->key_filter());
  auto passkeys = auth::read_passkey_rules(node_.options(), node_.clock().wall());
  if (!passkeys) co_return std::unexpected(std::move(passkeys.error()));
  const auto metadata = passkeys->party.metadata;
  auth_->use_passkeys(std::move(*passkeys));
  tell_of_passkeys();
  auto oauth = auth::read_oauth_rules(node_.options());
  if (!oauth) co_return std::unexpected(std::move(oauth.error()));
  auth_->use_oauth(std::move(*oauth), client_);
  tell_of_calls();
  if (auto mail = mail_.start(); !mail) co_return mail;
  if (auto fit = auth_->check_options(); !fit) co_return fit;
  auth_->use_role_changes([this](auto name, auto role, audit::Actor actor, auto check) {
    return change_role(std::move(name), std::move(role), std::move(actor), std::move(check));
  });
  const auto loaded = co_await load_or_begin();
  if (!loaded && node_.is_for_mending() && loaded.error().type == kStoredConfigurationRefused)
    co_return co_await start_mending();
  if (!loaded) co_return std::unexpected(loaded.error());
  if (metadata != nullptr) {
    auto newest = co_await auth::require_newest_metadata(database_, metadata->number());
    if (!newest) co_return newest;
  }
  const auto sessions = co_await auth_->load_sessions();
  if (!sessions) co_return std::unexpected(sessions.error());
  node_.add_filter(std::make_shared<ApplicationIdFilter>(configuration_.application_id()));
  const auto mounted = node_.router().mount(std::string(kSystemRoutes), controller_.routes());
  if (!mounted) co_return std::unexpected(mounted.error());
  const auto doctor = node_.router().mount(std::string(kDoctorRoutes), doctor_.routes());
  if (!doctor) co_return std::unexpected(doctor.error());
  const auto importing = node_.router().mount(std::string(kTransferRoutes), import_.routes());
  if (!importing) co_return std::unexpected(importing.error());
  const auto schema = node_.router().mount(std::string(kSchemaRoutes), schema_.routes());
  if (!schema) co_return std::unexpected(schema.error());
  tell_of_sessions();
  tell_of_logins();
  show_changes();
  const auto lines = node_.router().mount(std::string(kLinesRoutes), lines_.routes());
  if (!lines) co_return std::unexpected(lines.error());
  const auto secrets = node_.router().mount(std::string(kSecretsRoutes), secrets_.routes());
  if (!secrets) co_return std::unexpected(secrets.error());
  const auto events = node_.router().mount(std::string(kMessagesRoutes), events_.routes());
  if (!events) co_return std::unexpected(events.error());
  tell_of_events();
  co_await offer_setup();
  spawn(node_.executor(), "schema resume", [this] { return configuration_.resume(); });
  feed_.start();
  session_upkeep_.start();
  audit_upkeep_.start();
  co_return Result<>();
}

Task<Result<>> ApiRole::start_mending() {
  const auto loaded = co_await configuration_.load_to_mend();
  if (!loaded) co_return loaded;
  const auto mounted = node_.router().mount(std::string(kSchemaRoutes), schema_.routes());
  if (!mounted) co_return std::unexpected(mounted.error());
  spawn(node_.executor(), "schema resume", [this] { return configuration_.resume(); });
  co_return Result<>();
}

Task<Result<>> ApiRole::change_role(
    std::string name,
    std::optional<boost::json::object> role,
    audit::Actor actor,
    system::Configuration::Check check
) {
  using Kind = system::ConfigurationEdit::Kind;
  system::ConfigurationEdit edit{
      .kind = role ? Kind::kOverwrite : Kind::kRemove, .path = "roles." + name, .value = {}
  };
  if (role) edit.value = std::move(*role);
  const auto changed =
      co_await configuration_.change("auth", std::move(edit), std::move(actor), std::move(check));
  if (!changed) co_return std::unexpected(changed.error());
  co_return Result<>();
}

void ApiRole::tell_of_passkeys() {
  node_.add_counter("noded_passkey_sign_ins_total", "sign-ins with a passkey", [this] {
    return static_cast<double>(auth_->passkeys()->sign_ins());
  });
  node_.add_counter("noded_passkey_refusals_total", "passkeys that did not verify", [this] {
    return static_cast<double>(auth_->passkeys()->refusals());
  });
  node_.add_gauge(
      "noded_passkey_ceremonies",
      "passkey ceremonies that browsers have begun",
      [this] { return static_cast<double>(auth_->passkeys()->ceremonies()); }
  );
}

void ApiRole::tell_of_calls() {
  const auto counter = [this](std::string name, std::string help, auto read) {
    node_.add_counter(std::move(name), std::move(help), [this, read] {
      return static_cast<double>(read(client_));
    });
  };
  using client::Client;
  counter("noded_client_calls_total", "calls to other servers", [](const Client& client) {
    return client.calls();
  });
  counter("noded_client_failures_total", "those without an answer", [](const Client& client) {
    return client.failures();
  });
  counter("noded_client_seconds_total", "time that they took together", [](const Client& client) {
    return client.seconds();
  });
  counter("noded_oauth_sign_ins_total", "sign-ins with another service", [this](const Client&) {
    return auth_->oauth()->sign_ins();
  });
  counter("noded_oauth_refusals_total", "those that came to nothing", [this](const Client&) {
    return auth_->oauth()->refusals();
  });
  node_.add_gauge("noded_client_under_way", "calls that wait or run", [this] {
    return static_cast<double>(client_.under_way());
  });
}

void ApiRole::tell_of_logins() {
  node_.add_gauge("noded_login_storm", "1 while logins have to show a proof of work", [this] {
    return auth_->login_storm().left_s() > 0 ? 1.0 : 0.0;
  });
  node_.add_counter("noded_login_proofs_asked_total", "logins refused for want of one", [this] {
    return static_cast<double>(auth_->login_storm().asked());
  });
  node_.add_counter("noded_login_proofs_shown_total", "proofs that were right", [this] {
    return static_cast<double>(auth_->login_storm().shown());
  });
}

void ApiRole::tell_of_sessions() {
  node_.add_gauge("noded_sessions", "sessions that are open", [this] {
    return static_cast<double>(auth_->sessions().size());
  });
  node_.add_gauge("noded_api_keys", "API keys that there are", [this] {
    return static_cast<double>(auth_->api_keys().size());
  });
}

void ApiRole::show_changes() {
  node_.add_status("schema", [this] { return schema_.status_json(); });
  const auto gauge = [this](std::string name, std::string help, auto number_of) {
    node_.add_gauge(std::move(name), std::move(help), [this, number_of] {
      const auto status = database_.change_status();
      return status ? static_cast<double>(number_of(*status)) : 0.0;
    });
  };
  using Status = database::ChangeStatus;
  gauge("noded_schema_change_running", "1 while a change fills indices", [](const Status&) {
    return 1;
  });
  gauge("noded_schema_change_rows", "rows that the running change indexes", [](const Status& now) {
    return now.rows;
  });
  gauge("noded_schema_change_rows_done", "those that it has indexed", [](const Status& now) {
    return now.rows_done;
  });
}

void ApiRole::tell_of_events() {
  node_.add_gauge("noded_event_streams", "event streams that are open", [this] {
    return static_cast<double>(events_.open_streams());
  });
  node_.add_counter("noded_events_total", "events told on all event streams", [this] {
    return static_cast<double>(events_.told_events());
  });
}

Task<> ApiRole::stop() {
  co_await follower_.stop();
  co_await client_.stop(node_.store_lane());
  co_await mail_.stop();
  co_await session_upkeep_.stop();
  co_await auth_->write_logins();
  co_await audit_upkeep_.stop();
  co_await feed_.stop();
  node_.router().unmount(kMessagesRoutes);
  node_.router().unmount(kSecretsRoutes);
  node_.router().unmount(kSchemaRoutes);
  node_.router().unmount(kDoctorRoutes);
  node_.router().unmount(kLinesRoutes);
  node_.router().unmount(kTransferRoutes);
  node_.router().unmount(kSystemRoutes);
  co_await configuration_.stop();
}

Task<Result<>> ApiRole::load_or_begin() {
  const auto loaded = co_await configuration_.load();
  if (!loaded) co_return std::unexpected(loaded.error());
  const std::string& file = node_.options().get(kAppFile);
  if (*loaded) {
    if (!file.empty()) node_.log().info("app.file is not read: the store has a configuration");
    co_return Result<>();
  }
  auto application = first_configuration(file);
  if (!application) co_return std::unexpected(std::move(application.error()));
  co_return co_await configuration_.first_boot(std::move(*application));
}

void ApiRole::configure_cors(const system::CorsSettings& settings) {
  gateway::CorsRules rules;
  rules.origin = settings.origin;
  rules.allow_methods = settings.methods;
  rules.allow_headers = settings.headers;
  rules.allow_credentials = settings.credentials;
  cors_->configure(rules);
  auth_->cross_site_filter()->trust(settings.credentials ? settings.origin : "");
}

// An application that nobody can administrate still serves: it says so instead.
Task<> ApiRole::offer_setup() {
  const auto code = co_await auth_->open_setup();
  if (!code) {
    node_.announce(code.error().message);
  } else if (*code) {
    node_.announce(
        "There is no administrator yet. Open " + std::string(auth::kSetupPath) +
        " at the address above with the one-time code " + **code
    );
  }
}

}  // namespace

const RoleDescriptor* api_role_descriptor() {
  static const RoleDescriptor descriptor{
      .name = "api",
      .alias = "n1",
      .sentence = "data, accounts and permissions over HTTP, as bknd serves them",
      .options = &api_options,
      .make = [](Node& node) -> std::unique_ptr<Role> { return std::make_unique<ApiRole>(node); },
      .rewind = [](Engine& engine,
                   WallTime time) { return rewind_records(engine, kApplication, time); },
      .oldest_time = [](Engine& engine) { return oldest_time_of_records(engine, kApplication); },
      .sealing_keys = [](Engine& engine) { return sealing_keys_of(engine, kApplication); },
  };
  return &descriptor;
}

}  // namespace noded::roles
