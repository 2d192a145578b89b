// FirstAdministrator: makes the first account that may administrate, by a one-time code shown where
// the node was started. Open from open() until somebody administrates, or five wrong codes; then
// closed until the next start. Thread-safe.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_controller.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/passwords.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

inline constexpr std::string_view kSetupPath = "/auth/setup";

class FirstAdministrator {
 public:
  static constexpr int kMostWrongCodes = 5;

  // All must outlive it. `current` gives the state in force.
  FirstAdministrator(
      const Passwords& passwords,
      AuthController& controller,
      Node::Logger& log,
      std::function<AuthStatePtr()> current
  )
      : passwords_(passwords), controller_(controller), log_(log), current_(std::move(current)) {}

  // The code to announce, if nobody administrates yet and accounts exist at all (auth is enabled).
  // kInvalid: no role may administrate.
  Task<Result<std::optional<std::string>>> open();

  // GET and POST /auth/setup; both answer 404 while it is not open.
  std::vector<http::Route> routes();

 private:
  enum class Check : std::uint8_t { kRight, kWrong, kClosed };
  Check check_code(std::string_view given);
  bool is_open();
  void close();
  // Open, and still nobody administrates.
  Task<Result<bool>> is_needed(const AuthState& state, SteadyTime deadline);
  Task<http::Response> show(http::Request& request);
  Task<http::Response> make(http::Request& request);
  Task<Result<Account>> make_account(
      const AuthState& state, const json::value& fields, const http::Request& request
  );

  const Passwords& passwords_;
  AuthController& controller_;
  Node::Logger& log_;
  std::function<AuthStatePtr()> current_;
  std::mutex mutex_;  // guards what follows
  std::string code_;  // empty: closed
  int wrong_codes_ = 0;
};

}  // namespace noded::auth
