// The auth module with one account, its clock at will, and a jar of cookies as a browser has one.
#pragma once

#include "modules/auth/auth_fixture.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class SessionFixture : public AuthFixture {
 protected:
  static constexpr const char* kEmail = "m@example.com";
  static constexpr const char* kPassword = "memberpass";

  explicit SessionFixture(LoginLimits logins = {}) : AuthFixture({}, nullptr, logins) {}

  void SetUp() override {
    configure();
    ASSERT_EQ(register_account(kEmail, kPassword).status, 200);
  }

  void pass(std::chrono::milliseconds time) { clock_.set(clock_.wall() + time); }

  // Name=value pairs of every Set-Cookie; an empty value for one that is taken back.
  static std::map<std::string, std::string> cookies_of(const Answer& answer) {
    std::map<std::string, std::string> cookies;
    for (const auto& field : answer.headers) {
      if (field.name != "Set-Cookie") continue;
      const std::string pair = field.value.substr(0, field.value.find(';'));
      const std::size_t equals = pair.find('=');
      cookies[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    return cookies;
  }
  static std::string set_cookie_of(const Answer& answer, std::string_view name) {
    for (const auto& field : answer.headers) {
      if (field.name == "Set-Cookie" && field.value.starts_with(std::string(name) + "="))
        return field.value;
    }
    return {};
  }
  static std::string session_cookie(const Answer& answer) {
    return "nd_session=" + cookies_of(answer)["nd_session"];
  }

  static Fields local(Fields more = {}) {
    more.emplace("host", "localhost:1337");
    return more;
  }
  // A browser's login with JSON: cookies are set.
  Answer enter(Fields fields = {}, const std::string& password = kPassword) {
    return post(
        "/auth/api/login",
        R"({"email":"m@example.com","password":")" + password + R"(","cookie":true})",
        local(std::move(fields))
    );
  }
  // A program's: a token and a refresh token.
  Answer enter_as_program(Fields fields = {}) {
    return post(
        "/auth/api/login",
        R"({"email":"m@example.com","password":"memberpass"})",
        local(std::move(fields))
    );
  }
  Answer check(Fields fields) { return get("/api/check", local(std::move(fields))); }
  int check_cookie(const std::string& cookie) { return check({{"cookie", cookie}}).status; }
  int check_token(const std::string& token) {
    return check({{"authorization", "Bearer " + token}}).status;
  }
  Answer refresh(const std::string& token, Fields fields = {}) {
    return post(
        "/auth/api/refresh", R"({"refresh_token":")" + token + "\"}", local(std::move(fields))
    );
  }
  static std::string text(const Answer& answer, std::string_view name) {
    return std::string(answer.object().at(name).as_string());
  }
};

}  // namespace noded::auth
