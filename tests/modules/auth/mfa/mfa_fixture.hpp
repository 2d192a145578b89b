// A SessionFixture whose account may have an authenticator app.
#pragma once

#include "crypto/totp.hpp"
#include "modules/auth/session_fixture.hpp"

#include <string>
#include <vector>

namespace noded::auth {

class MfaFixture : public SessionFixture {
 protected:
  std::int64_t now_s() const { return clock_.wall().time_since_epoch().count() / 1000; }
  // The code that the app shows now; the next one is for a later call, since none works twice.
  std::string code() {
    pass(std::chrono::seconds(30));
    return crypto::totp(seed_, now_s());
  }
  std::string wrong_code() const {
    std::string code = crypto::totp(seed_, now_s());
    for (char& digit : code)
      digit = static_cast<char>('0' + (digit - '0' + 1) % 10);
    return code;
  }

  Account account() {
    auto found = run(module_.state()->users.find_by_email(kEmail, SteadyTime::max()));
    return std::move(**found);
  }
  // The way a person goes, with JSON.
  void set_up() {
    cookie_ = session_cookie(enter());
    const Answer begun = send(http::Method::kPost, "/api/auth/mfa/totp");
    ASSERT_EQ(begun.status, 201) << begun.body;
    seed_ = seed_of(text(begun, "secret"));
    const Answer on = confirm(code());
    ASSERT_EQ(on.status, 200) << on.body;
    const json::object body = on.object();
    for (const json::value& recovery : body.at("recovery_codes").as_array())
      recovery_.emplace_back(recovery.as_string());
    ASSERT_EQ(recovery_.size(), kRecoveryCodes);
  }
  Answer send(http::Method method, const std::string& path, const std::string& body = "{}") {
    return call(
        method,
        path,
        local(
            {{"cookie", cookie_},
             {"content-type", "application/json"},
             {"sec-fetch-site", "same-origin"}}
        ),
        body
    );
  }
  Answer confirm(const std::string& with) {
    return send(http::Method::kPost, "/api/auth/mfa/totp/verify", R"({"code":")" + with + "\"}");
  }
  Answer log_in(const std::string& more = "") {
    return post(
        "/auth/api/login",
        R"({"email":"m@example.com","password":"memberpass")" + more + "}",
        local()
    );
  }
  static std::string pending_token(const Answer& refused) {
    return std::string(refused.object().at("mfa").as_object().at("token").as_string());
  }
  Answer go_on(const std::string& token, const std::string& with) {
    return post("/auth/api/mfa", R"({"token":")" + token + R"(","code":")" + with + "\"}", local());
  }
  // Base32, as an app reads it.
  static std::string seed_of(const std::string& typed) {
    static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string bytes;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const char c : typed) {
      pending = pending << 5 | static_cast<unsigned>(kAlphabet.find(c));
      bits += 5;
      if (bits < 8) continue;
      bits -= 8;
      bytes += static_cast<char>(pending >> bits & 0xff);
    }
    return bytes;
  }

  std::string cookie_;
  std::string seed_;
  std::vector<std::string> recovery_;
};

}  // namespace noded::auth
