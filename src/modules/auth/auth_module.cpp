#include "modules/auth/auth_module.hpp"

#include "modules/auth/accounts/administrators.hpp"
#include "modules/auth/auth_schema.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kOwner = "auth";

void set_id(ConditionContext& context, std::string_view id) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (!id.empty() && fault == std::errc() && end == id.data() + id.size()) {
    context.number = number;
  } else {
    context.id = id;
  }
}

// Where somebody signs in, or changes what they sign in with. Making an account for somebody else
// is neither.
bool is_personal(const http::Route& route, std::string_view basepath) {
  if (route.method == http::Method::kGet) return false;
  if (route.pattern == std::string(basepath) + "/password/actions/create") return false;
  return route.pattern.starts_with("/auth/") ||
         route.pattern.starts_with(std::string(basepath) + "/");
}

}  // namespace

class AuthModule::PreparedState final : public Module::Prepared {
 public:
  PreparedState(AuthModule& module, AuthStatePtr state)
      : module_(module), state_(std::move(state)) {}
  Result<> approve(Transaction& transaction) override {
    const AuthStatePtr before = module_.state();
    const Administration after = administration_of(state_->rules, *state_->guard);
    expected_ = module_.sessions_.accounts().expect_administrating(after.roles);
    return require_administrator(
        transaction,
        module_.services_.database,
        administration_of(before->rules, *before->guard),
        after
    );
  }
  void publish() noexcept override { module_.publish(std::move(state_)); }

 private:
  AuthModule& module_;
  AuthStatePtr state_;
  std::shared_ptr<const void> expected_;  // by those who change accounts meanwhile
};

AuthModule::AuthModule(const AuthServices& services)
    : services_(services),
      passwords_(services.hash_lane, services.cost),
      sessions_(services.database, services.clock, services.sessions),
      api_keys_(services.database, services.clock, services.keys),
      key_filter_(std::make_shared<KeyFilter>(api_keys_)),
      login_gate_(services.database, services.clock, services.logins),
      login_storm_(services.clock, services.logins),
      cross_site_filter_(std::make_shared<CrossSiteFilter>(services.sessions.allow_insecure_cookie)
      ),
      second_factors_(services.database, services.secrets, services.clock),
      pending_logins_(services.mfa.pending, services.clock),
      session_opener_(sessions_, second_factors_, services.clock),
      journal_(services.database, services.log),
      links_(services.database, services.clock, services.recovery.link_lifetime),
      link_sender_(links_, services.outbox, services_.recovery, services.clock, services.log),
      email_codes_(services.database, services.clock),
      verification_(services.database, link_sender_, login_gate_, services_.recovery, services.log),
      controller_(
          passwords_,
          *this,
          sessions_,
          login_gate_,
          services.clock,
          services.log,
          journal_,
          second_factors_,
          pending_logins_,
          verification_,
          login_storm_
      ),
      session_controller_(
          {controller_,
           passwords_,
           sessions_,
           session_opener_,
           *cross_site_filter_,
           services.log,
           second_factors_,
           pending_logins_,
           Credentials(services.database),
           login_storm_,
           link_sender_.has_mail(),
           link_sender_.has_mail() && services_.recovery.magic_link,
           verification_.hides_existence()}
      ),
      mfa_controller_(
          {controller_,
           second_factors_,
           sessions_,
           *cross_site_filter_,
           services.clock,
           services.mfa.issuer}
      ),
      first_administrator_(passwords_, controller_, services.log, [this] { return state(); }),
      audit_controller_(
          *this,
          services.database,
          database::SealedRecords(services.secrets, services.database.application())
      ),
      users_admin_(passwords_, sessions_),
      sessions_admin_(sessions_),
      users_api_(passwords_, *this, *this, sessions_, services.database, verification_),
      recovery_(
          {services.database,
           passwords_,
           sessions_,
           login_gate_,
           links_,
           link_sender_,
           verification_,
           *cross_site_filter_,
           session_controller_,
           journal_,
           services_.recovery.magic_link}
      ),
      recovery_admin_(*this, links_, link_sender_),
      otp_(
          {controller_,
           second_factors_,
           email_codes_,
           login_gate_,
           journal_,
           services.outbox,
           services_.recovery.public_url,
           verification_,
           link_sender_}
      ),
      access_admin_(*this, sessions_, services.database),
      account_admin_(*this, sessions_, login_gate_, services.database, second_factors_),
      keys_admin_(api_keys_),
      role_admin_(*this, services.database, [this] { return state(); }),
      impersonation_(*this, sessions_, services.database, services.clock) {
  sessions_.accounts().set_listener([this](
                                        const std::string& user, std::optional<std::string> role
                                    ) { api_keys_.owner_changed(user, role); });
  auto guard = Guard::compile({});  // of nothing: cannot fail
  state_ = std::make_shared<const AuthState>(AuthRules{}, std::move(*guard), services.database);
}

AuthModule::~AuthModule() {
  services_.router.unmount(kOwner);
}

std::string_view AuthModule::schema() const {
  return auth_schema();
}

Result<> AuthModule::complete(boost::json::object& application) const {
  return complete_auth(application);
}

std::vector<std::string_view> AuthModule::secret_paths() const {
  return {
      "jwt",
      "strategies.password.config",
      "strategies.*.config.client.client_id",
      "strategies.*.config.client.client_secret"
  };
}

Result<std::unique_ptr<Module::Prepared>> AuthModule::prepare(const boost::json::object& application
) {
  auto rules = read_rules(application);
  if (!rules) return std::unexpected(std::move(rules.error()));
  const boost::json::value* auth = application.if_contains("auth");
  auto guard = Guard::compile(
      auth != nullptr && auth->is_object() ? auth->get_object() : boost::json::object()
  );
  if (!guard) return std::unexpected(std::move(guard.error()));
  auto state =
      std::make_shared<const AuthState>(std::move(*rules), std::move(*guard), services_.database);
  return std::make_unique<PreparedState>(*this, std::move(state));
}

void AuthModule::publish(AuthStatePtr state) noexcept {
  std::vector<http::Route> routes = users_admin_.routes(state);
  const auto add = [&routes](std::vector<http::Route> more) {
    std::ranges::move(more, std::back_inserter(routes));
  };
  add(recovery_admin_.routes(state));
  add(audit_controller_.routes());
  if (state->rules.enabled) {
    add(controller_.routes(state));
    add(first_administrator_.routes());
    add(session_controller_.routes(state));
    add(mfa_controller_.routes(state));
    add(sessions_admin_.routes(state));
    add(users_api_.routes(state));
    add(recovery_.routes(state));
    if (services_.recovery.email_otp) add(otp_.routes(state));
    add(access_admin_.routes(state));
    add(account_admin_.routes(state));
    add(keys_admin_.routes(state));
    add(role_admin_.routes());
    add(impersonation_.routes(state));
    if (state->rules.has_passkeys && passkeys_ != nullptr) add(passkeys_->routes(state));
    if (oauth_ != nullptr) add(oauth_->routes(state));
  }
  for (http::Route& route : routes) {
    if (is_personal(route, state->rules.basepath)) route = in_person(std::move(route));
  }
  {
    const std::scoped_lock lock(mutex_);
    state_ = std::move(state);
    sessions_.accounts().set_administrating(administrating_roles(*state_->guard));
  }
  const auto mounted = services_.router.mount(std::string(kOwner), std::move(routes));
  if (!mounted) services_.log.error("auth.routes_not_mounted");  // another module has one of them
}

void AuthModule::use_passkeys(PasskeyRules rules) {
  passkeys_ = std::make_unique<PasskeyController>(
      std::move(rules),
      services_.database,
      services_.database.store().lane,
      session_opener_,
      journal_,
      verification_,
      services_.clock,
      services_.log
  );
}

void AuthModule::use_oauth(OAuthRules rules, client::Client& client) {
  const OAuthController::Parts parts{
      .client = client,
      .database = services_.database,
      .sessions = sessions_,
      .opener = session_opener_,
      .pending = pending_logins_,
      .journal = journal_,
      .clock = services_.clock,
      .log = services_.log
  };
  oauth_ = std::make_unique<OAuthController>(std::move(rules), parts);
}

AuthStatePtr AuthModule::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

IdentityPtr AuthModule::authenticate(const http::Request& request) {
  return identify(*state(), sessions_, api_keys_, request, seconds(services_.clock));
}

Circumstances AuthModule::circumstances_of(const http::Request& request) const {
  return {.ip = request.peer, .now_ms = now_ms()};
}

std::int64_t AuthModule::now_ms() const {
  return services_.clock.wall().time_since_epoch().count();
}

Result<> AuthModule::authorize(
    const Identity& identity, std::string_view permission, const http::Request& request
) {
  const AuthStatePtr state = this->state();
  if (state->guard->is_waived_for(identity) && identity.key.empty()) return {};
  ConditionContext context(identity, circumstances_of(request));
  context.entity = request.parameter("entity");
  context.module = request.parameter("module");
  set_id(context, request.parameter("id"));
  return state->guard->check(identity, permission, context);
}

std::unique_ptr<database::Access> AuthModule::access_for(const Identity& identity) {
  AuthStatePtr state = this->state();
  const AuthState& in_force = *state;
  const Circumstances now_alone{.ip = {}, .now_ms = now_ms()};
  return std::make_unique<GuardAccess>(
      std::move(state),
      *in_force.guard,
      in_force.filters,
      identity,
      now_alone,
      std::string_view(),
      nullptr
  );
}

std::unique_ptr<database::Access> AuthModule::access_of(const http::Request& request) {
  AuthStatePtr state = this->state();
  const AuthState& in_force = *state;
  auto change = std::make_unique<AccountChange>(sessions_, audit::actor_of(request));
  return std::make_unique<GuardAccess>(
      std::move(state),
      *in_force.guard,
      in_force.filters,
      *request.identity,
      circumstances_of(request),
      in_force.rules.entity_name,
      std::move(change)
  );
}

Task<Result<>> AuthModule::load_sessions() {
  auto loaded = co_await sessions_.load();
  if (!loaded) co_return loaded;
  loaded = co_await api_keys_.load(state());
  if (!loaded) co_return loaded;
  auto counters = co_await login_gate_.load();
  if (!counters) co_return counters;
  auto links = co_await links_.keep(SteadyTime::max());
  if (!links) co_return links;
  co_return co_await email_codes_.keep(SteadyTime::max());
}

Task<Result<std::optional<std::string>>> AuthModule::open_setup() {
  co_return co_await first_administrator_.open();
}

}  // namespace noded::auth
