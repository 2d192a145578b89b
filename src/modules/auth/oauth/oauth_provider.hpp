// OAuthProvider: one service that people may sign in by, as the application's configuration has it:
// the strategies `oauth` (google, github) and `custom_oauth` (bknd's HTTP contract, chapter 7.4).
// Pure.
#pragma once

#include "noded/result.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

enum class ProviderKind : std::uint8_t {
  kOidc,    // OpenID Connect: endpoints are discovered, an ID token tells who somebody is
  kOAuth2,  // OAuth 2 alone: a userinfo endpoint tells it
  kGitHub,  // that of GitHub, which tells addresses at another place
};

struct OAuthProvider {
  std::string name;   // of the strategy; part of its routes
  std::string label;  // for people
  ProviderKind kind = ProviderKind::kOidc;
  std::string issuer;
  std::string client_id;
  std::string client_secret;
  std::string scope;                           // as it is sent
  std::string authorization, token, userinfo;  // endpoints; empty with kOidc: discovered
};

// Those of a completed auth.strategies that are enabled. Errors: kInvalid naming the member.
Result<std::vector<OAuthProvider>> read_providers(const boost::json::object& strategies);

// The type that bknd shows for a strategy: that of a preset, whatever its configuration says.
std::string_view shown_type(std::string_view preset, std::string_view configured) noexcept;

}  // namespace noded::auth
