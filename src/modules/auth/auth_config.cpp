#include "modules/auth/auth_config.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace noded::auth {
namespace {

const json::object kNone;

const json::object& object_at(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_object() ? member->get_object() : kNone;
}

std::string text_at(const json::object& object, std::string_view name, std::string_view otherwise) {
  const json::value* member = object.if_contains(name);
  return std::string(
      member != nullptr && member->is_string() ? std::string_view(member->get_string()) : otherwise
  );
}

bool flag_at(const json::object& object, std::string_view name, bool otherwise) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_bool() ? member->get_bool() : otherwise;
}

double number_at(const json::object& object, std::string_view name, double otherwise) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_number() ? member->to_number<double>() : otherwise;
}

bool is_path_character(char c) {
  return codec::is_alphanumeric(c) || c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
}

Result<> check_basepath(const json::object& application, std::string_view basepath) {
  if (basepath.size() < 2 || basepath.front() != '/' || basepath.back() == '/' ||
      basepath.contains("//") || !std::ranges::all_of(basepath, is_path_character)) {
    return fail(
        Errc::kInvalid,
        "auth.basepath must be a path such as /api/auth, not \"" + std::string(basepath) + "\""
    );
  }
  for (const std::string_view other : {"data", "media", "flows"}) {
    if (text_at(object_at(application, other), "basepath", "/api/" + std::string(other)) ==
        basepath) {
      return fail(
          Errc::kInvalid, "auth.basepath is the same as that of the module " + std::string(other)
      );
    }
  }
  if (basepath == "/api/system" || basepath == "/api/admin") {
    return fail(Errc::kInvalid, "auth.basepath must not be " + std::string(basepath));
  }
  return {};
}

// What anyone may know of a strategy: its client's identifier and secret stay here.
json::object public_strategy(const json::object& strategy) {
  json::object shown{
      {"enabled", flag_at(strategy, "enabled", true)}, {"type", text_at(strategy, "type", "")}
  };
  const std::string type = text_at(strategy, "type", "");
  if (type == kPasswordStrategy || type == kPasskeyStrategy) return shown;
  const json::object& config = object_at(strategy, "config");
  shown["config"] = {
      {"name", text_at(config, "name", "")},
      {"type", shown_type(text_at(config, "name", ""), text_at(config, "type", ""))},
      {"client", json::object()}
  };
  return shown;
}

std::string strategies_answer(
    const json::object& strategies, const AuthRules& rules, bool also_disabled
) {
  json::object shown;
  for (const auto& [name, strategy] : strategies) {
    if (!strategy.is_object()) continue;
    const bool enabled =
        name == kPasswordStrategy || flag_at(strategy.get_object(), "enabled", true);
    if (enabled || also_disabled) shown.emplace(name, public_strategy(strategy.get_object()));
  }
  return codec::to_json_text(
      json::object{{"strategies", std::move(shown)}, {"basepath", rules.basepath}}
  );
}

bool has_passkeys(const json::object& strategies) {
  const json::object& passkey = object_at(strategies, kPasskeyStrategy);
  return text_at(passkey, "type", "") == kPasskeyStrategy && flag_at(passkey, "enabled", true);
}

Result<> read_credentials_schema(const json::object& password, AuthRules& rules) {
  const double minimum = number_at(object_at(password, "config"), "minLength", 8);
  const json::value schema = {
      {"type", "object"},
      {"properties",
       {{"email", {{"type", "string"}, {"format", "email"}}},
        {"password",
         {{"type", "string"}, {"minLength", std::clamp(std::floor(minimum), 1.0, 1024.0)}}}}},
      {"required", {"email", "password"}}
  };
  rules.credentials_schema_text = codec::to_json_text(schema);
  auto compiled = codec::JsonSchema::compile(schema);
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  rules.credentials_schema = std::move(*compiled);
  return {};
}

crypto::JwtRules jwt_rules(const json::object& jwt) {
  crypto::JwtRules rules;
  const std::string algorithm = text_at(jwt, "alg", "HS256");
  if (algorithm == "HS384") rules.digest = crypto::Digest::kSha384;
  if (algorithm == "HS512") rules.digest = crypto::Digest::kSha512;
  rules.secret = text_at(jwt, "secret", "");
  rules.issuer = text_at(jwt, "issuer", "");
  constexpr double kCentury = 100.0 * 366 * 86400;
  rules.lifetime_s =
      static_cast<std::int64_t>(std::clamp(number_at(jwt, "expires", 0), 0.0, kCentury));
  return rules;
}

}  // namespace

Result<AuthRules> read_rules(const json::object& application) {
  const json::object& auth = object_at(application, "auth");
  AuthRules rules;
  rules.enabled = flag_at(auth, "enabled", false);
  rules.basepath = text_at(auth, "basepath", "/api/auth");
  rules.entity_name = text_at(auth, "entity_name", "users");
  rules.allow_register = flag_at(auth, "allow_register", true);
  rules.default_role_register = text_at(auth, "default_role_register", "");
  if (auto checked = check_basepath(application, rules.basepath); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  if (!rules.default_role_register.empty() &&
      !object_at(auth, "roles").contains(rules.default_role_register)) {
    return fail(
        Errc::kInvalid, "Default role for registration not found: " + rules.default_role_register
    );
  }
  rules.jwt = jwt_rules(object_at(auth, "jwt"));
  if (rules.enabled && rules.jwt.secret.empty())
    return fail(Errc::kInvalid, "auth.jwt.secret is empty");
  const json::value* fields = object_at(auth, "jwt").if_contains("fields");
  if (fields != nullptr && fields->is_array()) {
    for (const json::value& field : fields->get_array()) {
      if (field.is_string()) rules.claim_fields.emplace_back(std::string_view(field.get_string()));
    }
  }
  const json::object& cookie = object_at(auth, "cookie");
  rules.cookie = cookie_rules(cookie);
  rules.renew_cookie = flag_at(cookie, "renew", true);
  rules.path_success = text_at(cookie, "pathSuccess", "/");
  for (const std::string& path : {rules.path_success, text_at(cookie, "pathLoggedOut", "/")}) {
    const bool is_plain = std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f'; });
    if (path.empty() || !is_plain) {
      return fail(
          Errc::kInvalid, "auth.cookie.pathSuccess and pathLoggedOut must be paths or URLs"
      );
    }
  }
  const json::object& strategies = object_at(auth, "strategies");
  const json::object& password = object_at(strategies, kPasswordStrategy);
  rules.allow_plain_passwords = text_at(object_at(password, "config"), "hashing", "") == "plain";
  rules.has_passkeys = has_passkeys(strategies);
  auto providers = read_providers(strategies);
  if (!providers) return std::unexpected(std::move(providers.error()));
  rules.providers = std::move(*providers);
  rules.strategies = strategies_answer(strategies, rules, false);
  rules.all_strategies = strategies_answer(strategies, rules, true);
  if (auto read = read_credentials_schema(password, rules); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return rules;
}

}  // namespace noded::auth
