// An auth module with passkeys, and browsers with authenticators in software that use it.
#pragma once

#include "codec/text.hpp"
#include "tests/crypto/passkey/soft_authenticator.hpp"
#include "tests/modules/auth/auth_fixture.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace noded::auth {

inline const std::string kOrigin = "https://example.org";

inline PasskeyRules example_rules() {
  PasskeyRules rules;
  rules.party = passkey::example_party();
  rules.rp_name = "Example";
  rules.user_verification = "required";
  rules.resident_key = "required";
  rules.attestation = "none";
  rules.challenge_lifetime = std::chrono::minutes(5);
  rules.most_challenges = 1000;
  rules.challenges_per_minute = 1000;
  rules.most_per_user = 3;
  return rules;
}

// One passkey, as an authenticator holds it.
struct SoftPasskey {
  explicit SoftPasskey(passkey::Algorithm algorithm = passkey::Algorithm::kEs256)
      : key(algorithm), id(crypto::random_bytes(20)) {}

  passkey::SoftKey key;
  std::string id;
  std::string handle;  // of the user, once it is registered
  std::uint32_t count = 0;
  unsigned flags = passkey::kUp | passkey::kUv;
};

class PasskeyFixture : public AuthFixture {
 protected:
  static constexpr std::string_view kBase = "/api/auth/passkey";
  static constexpr std::string_view kPasskeys = R"({
    "data": {"entities": {}},
    "auth": {
      "enabled": true, "default_role_register": "member",
      "jwt": {"secret": "a-secret", "fields": ["id", "email", "username", "role"]},
      "cookie": {"secure": false},
      "strategies": {"passkey": {"type": "passkey"}},
      "guard": {"enabled": true},
      "roles": {"member": {"permissions": []}, "guest": {"is_default": true, "permissions": []}}}})";

  explicit PasskeyFixture(RecoveryRules recovery = {}, mail::Outbox* outbox = nullptr)
      : AuthFixture(std::move(recovery), outbox) {}

  // With passkeys by these rules.
  void serve(PasskeyRules rules = example_rules(), std::string_view configuration = kPasskeys) {
    module_.use_passkeys(std::move(rules));
    const auto configured = configure(configuration);
    ASSERT_TRUE(configured.has_value()) << configured.error().message;
  }

  // From a page of ours; `token` of who is signed in.
  Answer ask(
      http::Method method, std::string_view path, std::string body, const std::string& token = {}
  ) {
    Fields fields{{"origin", kOrigin}, {"content-type", "application/json"}};
    if (!token.empty()) fields["authorization"] = "Bearer " + token;
    return call(method, std::string(kBase).append(path), std::move(fields), std::move(body));
  }
  Answer post(std::string_view path, std::string body = "{}", const std::string& token = {}) {
    return ask(http::Method::kPost, path, std::move(body), token);
  }

  static std::string text_at(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
  }

  // RegistrationResponseJSON to these options.
  static std::string registration(SoftPasskey& key, const json::object& options) {
    const auto& user = options.at("user").as_object();
    key.handle = codec::base64url_decode(text_at(user, "id")).value();
    passkey::SoftRegistration made(key.key);
    made.data.id = key.id;
    made.data.flags = key.flags | passkey::kAt;
    made.data.sign_count = key.count;
    made.client_data.challenge = text_at(options, "challenge");
    const std::string id = codec::base64url_encode(key.id);
    return codec::to_json_text(json::object{
        {"id", id},
        {"rawId", id},
        {"type", "public-key"},
        {"clientExtensionResults", json::object()},
        {"response",
         {{"clientDataJSON", codec::base64url_encode(made.client_data.json())},
          {"attestationObject", codec::base64url_encode(made.object())},
          {"transports", {"internal"}}}}
    });
  }

  // AuthenticationResponseJSON.
  static std::string assertion(SoftPasskey& key, const json::object& options) {
    passkey::SoftAssertion made(key.key);
    made.data.id = key.id;
    made.data.flags = key.flags;
    made.data.sign_count = ++key.count;
    made.client_data.challenge = text_at(options, "challenge");
    made.user_handle = key.handle;
    const passkey::AssertionResponse response = made.response();
    const std::string id = codec::base64url_encode(key.id);
    return codec::to_json_text(json::object{
        {"id", id},
        {"rawId", id},
        {"type", "public-key"},
        {"clientExtensionResults", json::object()},
        {"response",
         {{"clientDataJSON", codec::base64url_encode(response.client_data_json)},
          {"authenticatorData", codec::base64url_encode(response.authenticator_data)},
          {"signature", codec::base64url_encode(response.signature)},
          {"userHandle", codec::base64url_encode(key.handle)}}}
    });
  }

  Answer sign_up(SoftPasskey& key, const std::string& name) {
    const Answer options = post("/register/options", R"({"username":")" + name + "\"}");
    if (options.status != 200) return options;
    return post("/register/verify", registration(key, options.object()));
  }
  Answer add(SoftPasskey& key, const std::string& token) {
    const Answer options = post("/register/options", "{}", token);
    if (options.status != 200) return options;
    return post("/register/verify", registration(key, options.object()), token);
  }
  Answer sign_in(SoftPasskey& key, const std::string& body = "{}") {
    const Answer options = post("/login/options", body);
    if (options.status != 200) return options;
    return post("/login/verify", assertion(key, options.object()));
  }

  static std::string code_of(const Answer& answer) {
    if (answer.body.empty()) return {};
    const json::object object = answer.object();
    const json::value* error = object.if_contains("error");
    if (error == nullptr || !error->is_object()) return {};
    return text_at(error->as_object(), "code");
  }
};

}  // namespace noded::auth
