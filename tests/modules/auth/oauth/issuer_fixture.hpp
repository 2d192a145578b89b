// An issuer on the loopback that signs ID tokens by Ed25519, and the auth module that trusts it.
#pragma once

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/passkey/openssl_handle.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/session_fixture.hpp"
#include "support/running_server.hpp"

#include <openssl/evp.h>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace noded::auth {

class SigningKey {
 public:
  explicit SigningKey(std::string kid)
      : kid_(std::move(kid)), key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")) {}

  std::string jwk() const {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
    return R"({"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":")" + kid_ +
           R"(","x":")" + codec::base64url_encode(raw) + "\"}";
  }
  std::string sign(const json::object& claims) const {
    const std::string text = codec::base64url_encode(R"({"alg":"EdDSA","kid":")" + kid_ + "\"}") +
                             "." + codec::base64url_encode(codec::to_json_text(claims));
    const passkey::Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get());
    EVP_DigestSign(
        context.get(),
        reinterpret_cast<unsigned char*>(signature.data()),
        &size,
        passkey::bytes_of(text),
        text.size()
    );
    return text + "." + codec::base64url_encode(signature);
  }

 private:
  std::string kid_;
  passkey::Handle<EVP_PKEY, EVP_PKEY_free> key_;
};

// What a test sets is read on the server's loop: only between its requests.
class Issuer {
 public:
  Issuer()
      : dispatcher_([this](http::Request& request) { return answer(request); }),
        server_(dispatcher_),
        origin_("http://127.0.0.1:" + std::to_string(server_.port())) {}

  const std::string& origin() const { return origin_; }
  void rotate(std::string kid) { key_ = SigningKey(std::move(kid)); }

  std::string subject = "ann";
  std::string email = "ann@example.com";
  std::string nonce, challenge;  // of the last authorization request
  bool tells_wrong_keys = false;
  int keys_asked = 0;
  int tokens_asked = 0;
  std::string last_form, last_credentials;

 private:
  Task<http::Response> answer(http::Request& request) {
    if (request.path == "/.well-known/openid-configuration") {
      co_return http::Response::json(
          200,
          R"({"issuer":")" + origin_ + R"(","authorization_endpoint":")" + origin_ +
              R"(/authorize","token_endpoint":")" + origin_ + R"(/token","jwks_uri":")" + origin_ +
              R"(/jwks","authorization_response_iss_parameter_supported":true})"
      );
    }
    if (request.path == "/jwks") {
      ++keys_asked;
      const SigningKey wrong("wrong");
      co_return http::Response::json(
          200, R"({"keys":[)" + (tells_wrong_keys ? wrong : key_).jwk() + "]}"
      );
    }
    if (request.path == "/token") co_return give_token(*co_await request.read_body(8192), request);
    if (request.path == "/user") co_return http::Response::json(200, R"({"id":4711})");
    if (request.path == "/user/emails") {
      co_return http::Response::json(
          200,
          R"([{"email":"old@example.com","primary":false,"verified":true},)"
          R"({"email":")" +
              email + R"(","primary":true,"verified":true}])"
      );
    }
    co_return http::Response::text(404, "");
  }

  http::Response give_token(const std::string& form, const http::Request& request) {
    ++tokens_asked;
    last_form = form;
    last_credentials = request.header("authorization");
    const auto fields = parse_form(form);
    const std::string verifier = text_field(*fields, "code_verifier");
    if (!challenge.empty() && codec::base64url_encode(crypto::sha256(verifier)) != challenge)
      return http::Response::json(400, R"({"error":"invalid_grant"})");
    const json::object claims{
        {"iss", origin_},
        {"sub", subject},
        {"aud", "the client"},
        {"nonce", nonce},
        {"iat", 1'704'164'645},
        {"exp", 1704164945},
        {"email", email}
    };
    return http::Response::json(
        200,
        R"({"access_token":"access","token_type":"Bearer","id_token":")" + key_.sign(claims) + "\"}"
    );
  }

  SigningKey key_{"one"};
  test::FunctionDispatcher dispatcher_;
  test::RunningServer server_;
  std::string origin_;
};

class OAuthFixture : public AuthFixture {
 protected:
  void SetUp() override { configure_service(); }
  ~OAuthFixture() override {
    run([](client::Client& client, Lane& lane) -> Task<bool> {
      co_await client.stop(lane);
      co_return true;
    }(client_, hash_lane_));
  }

  void configure_service(bool allow_register = true, OAuthRules rules = {}) {
    module_.use_oauth(std::move(rules), client_);
    const auto configured = configure(
        R"({"auth": {"enabled": true, "allow_register": )" +
        std::string(allow_register ? "true" : "false") +
        R"(, "jwt": {"secret": "a-secret"}, "roles": {"member": {}},
            "default_role_register": "member", "strategies": {"office": {"type": "custom_oauth",
            "config": {"type": "oidc", "name": "Work", "as": {"issuer": ")" +
        issuer_.origin() + R"("}, "client": {"client_id": "the client",
            "client_secret": "s: ü", "token_endpoint_auth_method": "client_secret_basic"}}}}}})"
    );
    ASSERT_TRUE(configured.has_value()) << configured.error().message;
  }

  // A sign-in that somebody has begun in a browser.
  struct Begun {
    Answer answer;
    json::object asked;  // of the provider's page
    std::string cookie;  // name=value
    std::string state() const { return text_field(asked, "state"); }
  };
  Begun begin(const std::string& action = "login", Fields fields = {}) {
    fields.emplace("referer", "http://localhost:1337/shop");
    Begun begun;
    begun.answer = post_form("/api/auth/office/" + action, "", SessionFixtureParts::local(fields));
    read_begun(begun, begun.answer.header("Location"));
    return begun;
  }
  void read_begun(Begun& begun, const std::string& url) {
    const auto asked = parse_form(std::string_view(url).substr(url.find('?') + 1));
    begun.asked = asked ? *asked : json::object();
    begun.cookie = begun.answer.cookie();
    issuer_.nonce = text_field(begun.asked, "nonce");
    issuer_.challenge = text_field(begun.asked, "code_challenge");
  }
  Answer finish(
      const Begun& begun,
      const std::string& more = {},
      Fields fields = {},
      http::Method method = http::Method::kGet
  ) {
    fields.emplace("cookie", begun.cookie);
    fields.emplace("accept", "text/html");
    return call(
        method,
        "/api/auth/office/callback?code=c&state=" + begun.state() +
            "&iss=" + codec::percent_encode(issuer_.origin()) + more,
        SessionFixtureParts::local(fields)
    );
  }
  static std::string flash_of(const Answer& answer) {
    const std::string raw = cookies_of(answer)["__bknd_flash"];
    const auto text = codec::percent_decode(raw, false);
    return text ? *text : std::string();
  }
  static std::map<std::string, std::string> cookies_of(const Answer& answer) {
    return SessionFixtureParts::cookies_of(answer);
  }
  static bool is_welcome(const Answer& answer) { return !cookies_of(answer)["nd_session"].empty(); }

  Issuer issuer_;
  client::Client client_{{.limits = {}, .threads = 2, .queue = 8}};

 private:
  // The helpers of the fixture for sessions, without its account.
  struct SessionFixtureParts : SessionFixture {
    using SessionFixture::cookies_of;
    using SessionFixture::local;
  };
};

}  // namespace noded::auth
