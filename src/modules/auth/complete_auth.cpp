// complete_auth() of auth_config.hpp: defaults, and what auth adds to the data module.
#include "crypto/crypto.hpp"
#include "modules/auth/auth_config.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace noded::auth {
namespace {

struct Default {
  std::string_view name;
  json::value value;
};

// `given` with what it lacks from `defaults`, those first and in their order.
json::object with_defaults(const json::object& given, std::initializer_list<Default> defaults) {
  json::object complete;
  for (const Default& member : defaults) {
    const json::value* own = given.if_contains(member.name);
    complete.emplace(member.name, own != nullptr ? *own : member.value);
  }
  for (const auto& [name, value] : given)
    complete.emplace(name, value);  // keeps what is there
  return complete;
}

json::object take_object(json::object& from, std::string_view name) {
  json::value* member = from.if_contains(name);
  return member != nullptr && member->is_object() ? std::move(member->get_object())
                                                  : json::object();
}

json::object complete_policy(const json::object& given) {
  json::object policy;
  for (const std::string_view name : {"description", "condition", "effect", "filter"}) {
    if (const json::value* own = given.if_contains(name)) {
      policy.emplace(name, *own);
    } else if (name == "effect") {
      policy.emplace(name, "allow");
    }
  }
  return policy;
}

json::object complete_permission(const json::value& given) {
  if (given.is_string()) {
    return {{"permission", given}, {"policies", json::array()}, {"effect", "allow"}};
  }
  const json::object& source = given.get_object();
  json::array policies;
  if (const json::value* own = source.if_contains("policies"); own != nullptr && own->is_array()) {
    for (const json::value& policy : own->get_array()) {
      if (policy.is_object()) policies.push_back(complete_policy(policy.get_object()));
    }
  }
  const json::value* permission = source.if_contains("permission");
  const json::value* effect = source.if_contains("effect");
  return {
      {"permission", permission != nullptr ? *permission : json::value("")},
      {"policies", std::move(policies)},
      {"effect", effect != nullptr ? *effect : json::value("allow")}
  };
}

json::object complete_role(const json::object& given) {
  json::array permissions;
  if (const json::value* own = given.if_contains("permissions");
      own != nullptr && own->is_array()) {
    for (const json::value& permission : own->get_array()) {
      if (permission.is_string() || permission.is_object()) {
        permissions.push_back(complete_permission(permission));
      }
    }
  }
  json::object role = with_defaults(
      given, {{"permissions", nullptr}, {"is_default", false}, {"implicit_allow", false}}
  );
  role["permissions"] = std::move(permissions);
  return role;
}

json::object complete_strategies(const json::object& given) {
  json::object strategies;
  for (const auto& [name, strategy] : given) {
    if (!strategy.is_object()) continue;
    const bool is_passkey = std::string_view(name) == kPasskeyStrategy;
    const json::value type(is_passkey ? kPasskeyStrategy : kPasswordStrategy);
    strategies.emplace(
        name, with_defaults(strategy.get_object(), {{"enabled", true}, {"type", type}})
    );
  }
  json::object password = with_defaults(
      take_object(strategies, kPasswordStrategy),
      {{"enabled", true}, {"type", json::value(kPasswordStrategy)}}
  );
  password["enabled"] = true;  // cannot be disabled
  const json::object config = take_object(password, "config");
  password["config"] = with_defaults(config, {{"hashing", "sha256"}, {"minLength", 8}});
  strategies[kPasswordStrategy] = std::move(password);
  return strategies;
}

json::object complete_jwt(const json::object& given, bool enabled) {
  json::object jwt =
      with_defaults(given, {{"secret", ""}, {"alg", "HS256"}, {"expires", 0}, {"issuer", ""}});
  if (!jwt.contains("fields")) jwt.emplace("fields", json::array{"id", "email", "role"});
  const json::value& secret = jwt.at("secret");
  if (enabled && (!secret.is_string() || secret.get_string().empty())) {
    jwt["secret"] = crypto::random_text(64);
  }
  return jwt;
}

json::array names_of(const json::object& object) {
  json::array names;
  for (const auto& member : object)
    names.emplace_back(member.key());
  return names;
}

bool has_passkeys(const json::object& auth) {
  const json::value* passkey = auth.at("strategies").get_object().if_contains(kPasskeyStrategy);
  return passkey != nullptr && passkey->get_object().at("type") == json::value(kPasskeyStrategy) &&
         passkey->get_object().at("enabled") == json::value(true);
}

// The fields that auth itself needs, in bknd's order.
json::object users_fields(const json::object& auth) {
  const json::array roles = names_of(auth.at("roles").get_object());
  const json::array strategies = names_of(auth.at("strategies").get_object());
  const json::array hidden{"read", "table", "update", "form"};
  const json::array on_create{"create"};
  json::object fields{
      {"email", {{"type", "text"}, {"config", {{"required", !has_passkeys(auth)}}}}},
      {"strategy",
       {{"type", "enum"},
        {"config",
         {{"options", {{"type", "strings"}, {"values", strategies}}},
          {"required", true},
          {"hidden", hidden},
          {"fillable", on_create}}}}},
      {"strategy_value",
       {{"type", "text"},
        {"config", {{"fillable", on_create}, {"hidden", hidden}, {"required", true}}}}},
      {"role",
       {{"type", "enum"},
        {"config",
         {{"options", {{"type", roles.empty() ? "objects" : "strings"}, {"values", roles}}},
          {"required", false}}}}}
  };
  if (has_passkeys(auth)) fields["username"] = {{"type", "text"}, {"config", json::object()}};
  return fields;
}

// A declared field keeps its own settings where auth has none.
void add_field(json::object& fields, std::string_view name, const json::object& own) {
  json::value* declared = fields.if_contains(name);
  if (declared == nullptr || !declared->is_object()) {
    fields[name] = own;
    return;
  }
  json::object config = take_object(declared->get_object(), "config");
  for (const auto& [key, value] : own.at("config").get_object())
    config[key] = value;
  *declared = {{"type", own.at("type")}, {"config", std::move(config)}};
}

void add_index(
    json::object& indices, const std::string& entity, std::string_view field, bool unique
) {
  const std::string name = (unique ? "idx_unique_" : "idx_") + entity + "_" + std::string(field);
  indices[name] = {{"entity", entity}, {"fields", json::array{field}}, {"unique", unique}};
}

void add_users_entity(json::object& data, const json::object& auth) {
  const std::string name(std::string_view(auth.at("entity_name").get_string()));
  json::object entities = take_object(data, "entities");
  json::object users = take_object(entities, name);
  json::object fields = take_object(users, "fields");
  for (const auto& [field, own] : users_fields(auth))
    add_field(fields, field, own.get_object());
  users["type"] = "system";
  users["fields"] = std::move(fields);
  entities[name] = std::move(users);
  data["entities"] = std::move(entities);

  json::object indices = take_object(data, "indices");
  add_index(indices, name, "email", true);
  if (has_passkeys(auth)) add_index(indices, name, "username", true);
  add_index(indices, name, "strategy", false);
  add_index(indices, name, "strategy_value", false);
  data["indices"] = std::move(indices);
}

}  // namespace

Result<> complete_auth(json::object& application) {
  json::object given = take_object(application, "auth");
  json::object auth = with_defaults(
      given,
      {{"enabled", false},
       {"basepath", "/api/auth"},
       {"entity_name", "users"},
       {"allow_register", true},
       {"default_role_register", ""}}
  );
  if (!auth.at("entity_name").is_string() || auth.at("entity_name").get_string().empty()) {
    return fail(Errc::kInvalid, "auth.entity_name must name an entity");
  }
  const bool enabled = auth.at("enabled").is_bool() && auth.at("enabled").get_bool();
  // Members with parts of their own come behind the plain ones, in the order of bknd.
  json::object roles;
  for (const auto& [name, role] : take_object(auth, "roles")) {
    if (role.is_object()) roles.emplace(name, complete_role(role.get_object()));
  }
  json::object parts{
      {"jwt", complete_jwt(take_object(auth, "jwt"), enabled)},
      {"cookie",
       with_defaults(
           take_object(auth, "cookie"),
           {{"domain", ""},
            {"path", "/"},
            {"sameSite", "strict"},
            {"secure", true},
            {"httpOnly", true},
            {"expires", 604800},
            {"partitioned", false},
            {"renew", true},
            {"pathSuccess", "/"},
            {"pathLoggedOut", "/"}}
       )},
      {"strategies", complete_strategies(take_object(auth, "strategies"))},
      {"guard", with_defaults(take_object(auth, "guard"), {{"enabled", false}})},
      {"roles", std::move(roles)}
  };
  for (auto& [name, value] : parts) {
    auth.stable_erase(name);
    auth.emplace(name, std::move(value));
  }
  if (enabled) {
    json::object data = take_object(application, "data");
    add_users_entity(data, auth);
    application["data"] = std::move(data);
  }
  application["auth"] = std::move(auth);
  return {};
}

}  // namespace noded::auth
