#include "modules/auth/oauth/oauth_provider.hpp"

#include "client/client.hpp"
#include "codec/ascii.hpp"
#include "modules/auth/oauth/oauth_options.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::string_view kOidcScope = "openid email profile";
constexpr std::size_t kLongestName = 64;

// Names below the base path that are routes of others.
constexpr std::array<std::string_view, 6> kTaken{
    "password", "passkey", "me", "logout", "strategies", "otp"
};

struct Preset {
  std::string_view name;
  std::string_view label;
  ProviderKind kind;
  std::string_view issuer;
  std::string_view scope;
  std::string_view authorization, token, userinfo;
};
constexpr std::array<Preset, 2> kPresets{
    {{.name = "google",
      .label = "Google",
      .kind = ProviderKind::kOidc,
      .issuer = "https://accounts.google.com",
      .scope = kOidcScope,
      .authorization = {},
      .token = {},
      .userinfo = {}},
     {.name = "github",
      .label = "GitHub",
      .kind = ProviderKind::kGitHub,
      .issuer = "https://github.com",
      .scope = "read:user user:email",
      .authorization = "https://github.com/login/oauth/authorize",
      .token = "https://github.com/login/oauth/access_token",
      .userinfo = "https://api.github.com/user"}}
};

// One strategy's members, and where they stand for messages.
class Reader {
 public:
  Reader(std::string path, const json::object& object) : path_(std::move(path)), object_(object) {}

  std::string text(std::string_view name) const {
    const json::value* member = object_.if_contains(name);
    return member != nullptr && member->is_string()
               ? std::string(std::string_view(member->get_string()))
               : std::string();
  }
  Result<std::string> required(std::string_view name) const {
    std::string found = text(name);
    if (found.empty()) return wrong(name, "is missing");
    return found;
  }
  // Empty text when it is absent.
  Result<std::string> url(std::string_view name) const {
    std::string found = text(name);
    if (!found.empty() && !client::is_safe_url(found))
      return wrong(name, "has to begin with https:// (or be on this machine), not " + found);
    return found;
  }
  Reader below(std::string_view name) const {
    static const json::object kNone;
    const json::value* member = object_.if_contains(name);
    return {
        path_ + "." + std::string(name),
        member != nullptr && member->is_object() ? member->get_object() : kNone
    };
  }
  // Texts of an array joined by `separator`; empty when it is absent.
  std::string joined(std::string_view name, std::string_view separator) const {
    std::string all;
    const json::value* member = object_.if_contains(name);
    if (member == nullptr || !member->is_array()) return all;
    for (const json::value& part : member->get_array()) {
      if (!part.is_string()) continue;
      if (!all.empty()) all += separator;
      all += std::string_view(part.get_string());
    }
    return all;
  }
  std::unexpected<Error> wrong(std::string_view name, std::string_view what) const {
    return fail(Errc::kInvalid, path_ + "." + std::string(name) + " " + std::string(what));
  }

 private:
  std::string path_;
  const json::object& object_;
};

Result<> read_client(const Reader& config, OAuthProvider& provider) {
  const Reader client = config.below("client");
  auto id = client.required("client_id");
  if (!id) return std::unexpected(std::move(id.error()));
  auto secret = client.required("client_secret");
  if (!secret) return std::unexpected(std::move(secret.error()));
  const std::string method = client.text("token_endpoint_auth_method");
  if (!method.empty() && method != "client_secret_basic") {
    return client.wrong(
        "token_endpoint_auth_method", "has to be client_secret_basic, not " + method
    );
  }
  provider.client_id = std::move(*id);
  provider.client_secret = std::move(*secret);
  return {};
}

Result<> read_preset(const Reader& config, OAuthProvider& provider) {
  const std::string name = config.text("name");
  const auto preset = std::ranges::find(kPresets, std::string_view(name), &Preset::name);
  if (preset == kPresets.end())
    return config.wrong("name", "has to be google or github, not \"" + name + "\"");
  provider.label = preset->label;
  provider.kind = preset->kind;
  provider.issuer = preset->issuer;
  provider.scope = preset->scope;
  provider.authorization = preset->authorization;
  provider.token = preset->token;
  provider.userinfo = preset->userinfo;
  return {};
}

Result<> read_scope(const Reader& as, OAuthProvider& provider) {
  std::string separator = as.text("scope_separator");
  if (separator.empty()) separator = " ";
  provider.scope = as.joined("scopes_supported", separator);
  if (provider.kind != ProviderKind::kOidc) {
    if (provider.scope.empty()) return as.wrong("scopes_supported", "is missing");
    return {};
  }
  if (provider.scope.empty()) provider.scope = kOidcScope;
  if (!(separator + provider.scope + separator).contains(separator + "openid" + separator))
    return as.wrong("scopes_supported", "has to name openid");
  return {};
}

Result<> read_custom(const Reader& config, OAuthProvider& provider) {
  const std::string type = config.text("type");
  if (!type.empty() && type != "oidc" && type != "oauth2")
    return config.wrong("type", "has to be oidc or oauth2, not " + type);
  provider.kind = type == "oauth2" ? ProviderKind::kOAuth2 : ProviderKind::kOidc;
  provider.label = config.text("name");
  if (provider.label.empty()) provider.label = provider.name;
  const Reader as = config.below("as");
  auto issuer = as.url("issuer");
  if (!issuer) return std::unexpected(std::move(issuer.error()));
  if (issuer->empty()) return as.wrong("issuer", "is missing");
  provider.issuer = std::move(*issuer);
  for (const auto& [name, endpoint] :
       {std::pair<std::string_view, std::string*>{
            "authorization_endpoint", &provider.authorization
        },
        {"token_endpoint", &provider.token},
        {"userinfo_endpoint", &provider.userinfo}}) {
    auto url = as.url(name);
    if (!url) return std::unexpected(std::move(url.error()));
    if (url->empty() && provider.kind != ProviderKind::kOidc) return as.wrong(name, "is missing");
    *endpoint = std::move(*url);
  }
  return read_scope(as, provider);
}

bool is_name_character(char c) {
  return codec::is_alphanumeric(c) || c == '-' || c == '_';
}

Result<> check_name(const std::string& name) {
  const bool is_plain =
      !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, is_name_character);
  if (is_plain && std::ranges::find(kTaken, std::string_view(name)) == kTaken.end()) return {};
  return fail(
      Errc::kInvalid,
      "auth.strategies." + name +
          ": such a strategy needs another name: letters, digits, - and _, and no route of others"
  );
}

bool is_enabled(const json::object& strategy) {
  const json::value* enabled = strategy.if_contains("enabled");
  return enabled == nullptr || !enabled->is_bool() || enabled->get_bool();
}

}  // namespace

Result<std::vector<OAuthProvider>> read_providers(const json::object& strategies) {
  std::vector<OAuthProvider> providers;
  for (const auto& [key, value] : strategies) {
    if (!value.is_object() || !is_enabled(value.get_object())) continue;
    const std::string name(key);
    const Reader strategy("auth.strategies." + name, value.get_object());
    const std::string type = strategy.text("type");
    if (type != "oauth" && type != "custom_oauth") continue;
    OAuthProvider provider;
    provider.name = name;
    const Reader config = strategy.below("config");
    for (auto& read :
         {check_name(name),
          type == "oauth" ? read_preset(config, provider) : read_custom(config, provider),
          read_client(config, provider)}) {
      if (!read) return std::unexpected(read.error());
    }
    providers.push_back(std::move(provider));
  }
  return providers;
}

std::string_view shown_type(std::string_view preset, std::string_view configured) noexcept {
  const auto found = std::ranges::find(kPresets, preset, &Preset::name);
  if (found == kPresets.end()) return configured;
  return found->kind == ProviderKind::kOidc ? "oidc" : "oauth2";
}

Result<OAuthRules> read_oauth_rules(const Options& options) {
  OAuthRules rules{.origin = options.get(kPublicOrigin), .lifetime = options.get(kOAuthLifetime)};
  const std::size_t scheme = rules.origin.find("://");
  const bool is_origin = client::is_safe_url(rules.origin) &&
                         rules.origin.find_first_of("/?#@", scheme + 3) == std::string::npos;
  if (rules.origin.empty() || is_origin) return rules;
  return fail(
      Errc::kInvalid,
      "oauth.origin has to be https:// and a host (and a port), without a path; not " + rules.origin
  );
}

}  // namespace noded::auth
