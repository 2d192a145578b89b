#include "modules/auth/guard.hpp"

#include "codec/json.hpp"
#include "modules/auth/row_condition.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

const json::object* object_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr ? member->if_object() : nullptr;
}

std::string_view text_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}

bool flag_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_bool() && member->get_bool();
}

// What tokens tell of an account, see auth.jwt.fields.
std::vector<std::string> claims_in(const json::object& auth) {
  const json::object* jwt = object_member(auth, "jwt");
  const json::value* fields = jwt != nullptr ? jwt->if_contains("fields") : nullptr;
  if (fields == nullptr || !fields->is_array()) return {"id", "email", "role"};
  std::vector<std::string> claims;
  for (const json::value& field : fields->get_array()) {
    if (field.is_string()) claims.emplace_back(std::string_view(field.get_string()));
  }
  return claims;
}

// Of one policy; messages name the member of the policy.
class PolicyCompiler {
 public:
  PolicyCompiler(std::string_view permission, const std::vector<std::string>& claims)
      : permission_(permission), claims_(claims) {}

  Result<Policy> compile(const json::object& source) const {
    Policy policy;
    policy.text = codec::to_json_text(source);
    const std::string_view effect = text_member(source, "effect");
    if (effect == "deny") policy.effect = Policy::Effect::kDeny;
    if (effect == "filter") policy.effect = Policy::Effect::kFilter;
    if (const json::object* condition = object_member(source, "condition")) {
      if (auto read = read_condition(*condition, policy); !read)
        return std::unexpected(std::move(read.error()));
    }
    if (const json::object* filter = object_member(source, "filter")) {
      if (auto read = read_filter(*filter, policy); !read)
        return std::unexpected(std::move(read.error()));
    }
    return policy;
  }

 private:
  static std::unexpected<Error> at(std::string_view place, Error error) {
    error.message.insert(0, place);
    return std::unexpected(std::move(error));
  }

  Result<> read_condition(const json::object& source, Policy& policy) const {
    if (auto checked = check_paths(source, "condition", claims_); !checked) return checked;
    if (auto checked = check_variables(source, "condition", claims_); !checked) return checked;
    const bool must_negate = policy.effect != Policy::Effect::kAllow;
    auto split = split_condition(source, permission_, must_negate);
    if (!split) return at("condition.", std::move(split.error()));
    auto known = Condition::compile(split->known);
    if (!known) return at("condition: ", std::move(known.error()));
    policy.condition = std::move(*known);
    // The fields depend on the entity; operators and operands can be checked now.
    const auto row = Condition::compile(split->row, Condition::Of::kRow);
    if (!row) return at("condition: ", row.error());
    policy.row = std::move(split->row);
    return {};
  }

  Result<> read_filter(const json::object& source, Policy& policy) const {
    if (auto checked = check_variables(source, "filter", claims_); !checked) return checked;
    if (auto checked = check_filter_variables(source); !checked)
      return at("filter.", std::move(checked.error()));
    const auto compiled = Condition::compile(source, Condition::Of::kRow);
    if (!compiled) return at("filter: ", compiled.error());
    policy.filter = source;
    policy.filter_has_variables = has_variables(source);
    return {};
  }

  std::string_view permission_;
  const std::vector<std::string>& claims_;
};

Result<Grant> compile_grant(const json::object& source, const std::vector<std::string>& claims) {
  Grant grant{.permission = std::string(text_member(source, "permission")), .policies = {}};
  grant.allow = text_member(source, "effect") != "deny";
  const json::value* policies = source.if_contains("policies");
  if (policies == nullptr || !policies->is_array()) return grant;
  const PolicyCompiler compiler(grant.permission, claims);
  std::size_t place = 0;
  for (const json::value& entry : policies->get_array()) {
    const std::string at = "policies." + std::to_string(place++) + ".";
    if (!entry.is_object()) continue;
    auto policy = compiler.compile(entry.get_object());
    if (!policy) {
      policy.error().message.insert(0, at);
      return std::unexpected(std::move(policy.error()));
    }
    grant.has_filters =
        grant.has_filters || policy->effect == Policy::Effect::kFilter || !policy->row.empty();
    grant.depends_on_request = grant.depends_on_request || policy->filter_has_variables ||
                               has_variables(policy->row) ||
                               (policy->condition && policy->condition->depends_on_request());
    grant.policies.push_back(std::move(*policy));
  }
  return grant;
}

Result<GuardRole> compile_role(
    std::string_view name, const json::object& source, const std::vector<std::string>& claims
) {
  GuardRole role;
  role.name = name;
  role.is_default = flag_member(source, "is_default");
  role.implicit_allow = flag_member(source, "implicit_allow");
  const json::value* permissions = source.if_contains("permissions");
  if (permissions == nullptr || !permissions->is_array()) return role;
  std::size_t place = 0;
  for (const json::value& entry : permissions->get_array()) {
    const std::string at =
        "auth.roles." + role.name + ".permissions." + std::to_string(place++) + ".";
    if (!entry.is_object()) continue;
    auto grant = compile_grant(entry.get_object(), claims);
    if (!grant) {
      grant.error().message.insert(0, at);
      return std::unexpected(std::move(grant.error()));
    }
    role.grants.push_back(std::move(*grant));
  }
  return role;
}

constexpr std::array kActions{
    database::Action::kRead,
    database::Action::kCreate,
    database::Action::kUpdate,
    database::Action::kDelete
};

}  // namespace

std::string_view permission_for(database::Action action) noexcept {
  switch (action) {
    case database::Action::kRead:
      return "data.entity.read";
    case database::Action::kCreate:
      return "data.entity.create";
    case database::Action::kUpdate:
      return "data.entity.update";
    case database::Action::kDelete:
      break;
  }
  return "data.entity.delete";
}

const Grant* GuardRole::find(std::string_view permission) const {
  const Grant* first = nullptr;
  for (const Grant& grant : grants) {
    if (grant.permission != permission) continue;
    if (!grant.allow && grant.policies.empty()) return &grant;
    if (first == nullptr) first = &grant;
  }
  return first;
}

bool GuardRole::administrates() const {
  return could(this, "roles.manage") || could(this, "system.config.write");
}

Result<std::shared_ptr<const Guard>> Guard::compile(const json::object& auth) {
  std::shared_ptr<Guard> guard(new Guard());
  if (const json::object* settings = object_member(auth, "guard")) {
    guard->enabled_ = flag_member(*settings, "enabled");
  }
  const std::vector<std::string> claims = claims_in(auth);
  if (const json::object* roles = object_member(auth, "roles")) {
    for (const auto& [name, source] : *roles) {
      if (!source.is_object()) continue;
      auto role = compile_role(name, source.get_object(), claims);
      if (!role) return std::unexpected(std::move(role.error()));
      guard->roles_.push_back(std::move(*role));
    }
  }
  for (GuardRole& role : guard->roles_) {  // the vector no longer moves its elements
    for (const database::Action action : kActions) {
      role.on_rows[static_cast<std::size_t>(action)] = role.find(permission_for(action));
    }
    if (role.is_default && guard->default_role_ == nullptr) guard->default_role_ = &role;
  }
  return guard;
}

const GuardRole* Guard::find_role(std::string_view name) const {
  const auto found = std::ranges::find(roles_, name, &GuardRole::name);
  return found != roles_.end() ? &*found : nullptr;
}

const GuardRole* Guard::role_of(const Identity& identity) const {
  if (identity.kind == Identity::Kind::kUser && !identity.role.empty()) {
    if (const GuardRole* role = find_role(identity.role)) return role;
  }
  return default_role_;
}

Result<> Guard::check(
    const Identity& identity, std::string_view permission, const ConditionContext& context
) const {
  if (auto narrowed = check_key(identity, permission, context); !narrowed) return narrowed;
  if (is_waived_for(identity)) return {};
  const GuardRole* role = role_of(identity);
  return decide(role, role != nullptr ? role->find(permission) : nullptr, permission, context);
}

Result<> Guard::check_key(
    const Identity& identity, std::string_view permission, const ConditionContext& context
) const {
  if (identity.key.empty()) return {};
  if (identity.key_role.empty()) {
    if (std::ranges::find(identity.key_permissions, permission) != identity.key_permissions.end())
      return {};
    return std::unexpected(refusal(permission, "API key does not have required permission"));
  }
  const GuardRole* role = find_role(identity.key_role);
  return decide(role, role != nullptr ? role->find(permission) : nullptr, permission, context);
}

bool could(const GuardRole* role, std::string_view permission) {
  if (role == nullptr) return false;
  const Grant* grant = role->find(permission);
  if (grant == nullptr) return role->implicit_allow;
  const bool never = std::ranges::any_of(grant->policies, [](const Policy& policy) {
    return policy.effect == Policy::Effect::kDeny && policy.is_unconditional();
  });
  if (never) return false;
  return grant->allow || std::ranges::any_of(grant->policies, [](const Policy& policy) {
           return policy.effect == Policy::Effect::kAllow;
         });
}

namespace {

Result<> decide_at_this_age(
    const GuardRole* role,
    const Grant* grant,
    std::string_view permission,
    const ConditionContext& context
) {
  if (role == nullptr) return std::unexpected(refusal(permission, "User has no role"));
  if (grant == nullptr) {
    if (role->implicit_allow) return {};
    return std::unexpected(
        refusal(permission, "Role \"" + role->name + "\" does not have required permission")
    );
  }
  if (grant->policies.empty() && !grant->allow) {
    return std::unexpected(refusal(permission, "Role \"" + role->name + "\" denies this permission")
    );
  }
  bool allowed = grant->allow;
  for (const Policy& policy : grant->policies) {
    if (policy.effect == Policy::Effect::kFilter || !policy.applies(context)) continue;
    const bool allows = policy.effect == Policy::Effect::kAllow;
    if (!allows && !policy.row.empty()) continue;  // some rows, not all
    allowed = allows;
    if (!allowed) break;
  }
  if (!allowed) return std::unexpected(refusal(permission, "Policy condition unmet"));
  return {};
}

}  // namespace

Result<> decide(
    const GuardRole* role,
    const Grant* grant,
    std::string_view permission,
    const ConditionContext& context
) {
  auto decided = decide_at_this_age(role, grant, permission, context);
  if (decided || grant == nullptr || !context.auth_age_s) return decided;
  ConditionContext fresh = context;
  fresh.auth_age_s = 0;
  if (decide_at_this_age(role, grant, permission, fresh))
    decided.error().members.insert(1, R"("code":"REAUTH_REQUIRED",)");
  return decided;
}

Error refusal(std::string_view permission, std::string_view description, std::string_view policy) {
  Error error{
      .code = Errc::kForbidden, .message = {}, .type = "PermissionsException", .members = {}
  };
  error.message.append("Permission \"").append(permission).append("\" not granted");
  error.members = "{\"description\":";
  codec::append_json_string(error.members, description);
  error.members += ",\"permission\":";
  codec::append_json_string(error.members, permission);
  if (!policy.empty()) error.members.append(",\"policy\":").append(policy);
  error.members += '}';
  return error;
}

}  // namespace noded::auth
