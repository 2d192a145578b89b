// KeyFilter: what an API key is refused for before any handler sees its request:
//   400  two keys, a key and an Authorization field, or two of these
//   401  TOKEN_INVALID: it is none that is valid
//   403  it may not be used from there
//   429  with Retry-After: it came too often
#pragma once

#include "noded/http.hpp"

#include "modules/auth/keys/api_keys.hpp"

#include <optional>
#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kKeyField = "x-api-key";

// The text of the request's API key, from X-API-Key, else from Authorization; empty without one.
std::string_view key_text_of(const http::Request& request) noexcept;

class KeyFilter final : public http::Filter {
 public:
  explicit KeyFilter(ApiKeys& keys) : keys_(keys) {}

  std::optional<http::Response> before(http::Request& request) override;
  void after(const http::Request&, http::Response&) override {}

 private:
  ApiKeys& keys_;
};

// Refuses a key, and whoever acts as somebody else, with 403: for routes where somebody changes
// what they sign in with, or signs in.
http::Route in_person(http::Route route);

}  // namespace noded::auth
