// The auth module with one account, and an outbox whose letters can be read.
#pragma once

#include "crypto/password.hpp"
#include "crypto/totp.hpp"
#include "mail/outbox.hpp"
#include "modules/auth/auth_fixture.hpp"
#include "modules/auth/mfa/second_factors.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace noded::auth {

// Keeps what it is given.
class ReadableOutbox final : public mail::Outbox {
 public:
  Result<> post(mail::Message message) override {
    if (is_full) return fail(Errc::kOverloaded, "full");
    letters.push_back(std::move(message));
    return {};
  }
  Task<Result<std::string>> deliver(mail::Message message) override {
    letters.push_back(std::move(message));
    co_return "250 OK";
  }
  std::vector<mail::Message> letters;
  bool is_full = false;
};

class RecoveryFixture : public AuthFixture {
 protected:
  static constexpr const char* kEmail = "m@example.com";
  static constexpr const char* kPassword = "memberpass";
  static constexpr const char* kUrl = "https://app.example.org";

  explicit RecoveryFixture(RecoveryRules rules = {}, bool has_mail = true)
      : AuthFixture(with_url(std::move(rules)), has_mail ? &outbox_ : nullptr) {}

  void SetUp() override { configure(); }

  void pass(std::chrono::milliseconds time) { clock_.set(clock_.wall() + time); }

  // The seed of an authenticator app that the account asks for from now on.
  std::string add_second_factor() {
    const SecondFactors factors(database_, secrets_, clock_);
    auto found = run(module_.state()->users.find_by_email(kEmail, SteadyTime::max()));
    const database::RowKey key = (*found)->key;
    std::string seed = run(factors.begin(key, SteadyTime::max())).value();
    EXPECT_TRUE(run(factors.confirm(key, app_code(seed), SteadyTime::max())).has_value());
    return seed;
  }
  // None works twice.
  std::string app_code(const std::string& seed) {
    pass(std::chrono::seconds(30));
    return crypto::totp(seed, clock_.wall().time_since_epoch().count() / 1000);
  }

  // What goes on behind the answers is done when this returns.
  void settle() {
    auto guard = net::make_work_guard(io_);
    while (module_.link_sender().behind() > 0) {
      io_.restart();
      io_.run_one();
    }
  }
  Answer ask(const std::string& email, std::string path = "/auth/recover") {
    Answer answer = post(std::move(path), R"({"email":")" + email + "\"}");
    settle();
    return answer;
  }
  // The token of the newest letter; empty: there is none.
  std::string token() const {
    if (outbox_.letters.empty()) return {};
    const std::string& text = outbox_.letters.back().text;
    const std::size_t begin = text.find("?token=") + 7;
    return text.substr(begin, text.find('\n', begin) - begin);
  }
  std::string asked_token(const std::string& email = kEmail, std::string path = "/auth/recover") {
    outbox_.letters.clear();
    ask(email, std::move(path));
    return token();
  }
  Answer set_password(const std::string& token, const std::string& password = "a new password") {
    return post("/auth/recover", R"({"token":")" + token + R"(","password":")" + password + "\"}");
  }
  Answer confirm(const std::string& token) {
    return post("/auth/verify", R"({"token":")" + token + "\"}");
  }
  // A hash as an account has it.
  std::string stored_secret_of(const std::string& password) {
    return crypto::hash_password(password, {.memory_bytes = 64UL * 1024, .passes = 1}).value();
  }
  std::string code_of(const Answer& answer) {
    const auto object = answer.object();
    const auto* code = object.if_contains("code");
    return code == nullptr ? std::string() : std::string(code->as_string());
  }
  ReadableOutbox outbox_;

 private:
  static RecoveryRules with_url(RecoveryRules rules) {
    rules.public_url = kUrl;
    return rules;
  }
};

}  // namespace noded::auth
