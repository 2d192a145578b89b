// OAuthChallenge: what a sign-in by another service has to remember between its begin and its
// callback. It lies with the browser, sealed under a key made of the application's secret: nobody
// can read or change it. Each counts once.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

enum class OAuthAction : std::uint8_t { kLogin, kRegister };
std::string_view to_text(OAuthAction action) noexcept;  // "login", "register"
std::optional<OAuthAction> find_action(std::string_view text) noexcept;

struct OAuthChallenge {
  std::string provider;  // name of the strategy
  OAuthAction action = OAuthAction::kLogin;
  bool is_by_program = false;  // it holds this itself, as bknd's native apps do; else a cookie does
  bool is_from_page = false;   // begun at one of the node's own pages
  std::string state;           // RFC 6749 §10.12
  std::string verifier;        // RFC 7636 §4.1
  std::string nonce;           // OpenID Connect Core §3.1.2.1
  std::string redirect_uri;    // that the code was asked for with
  std::string target;          // path of this site to go to afterwards
  std::int64_t expires_ms = 0;
};

// With fresh random texts for state, verifier and nonce.
OAuthChallenge make_challenge();
// RFC 7636 §4.2, S256.
std::string code_challenge(std::string_view verifier);

// Text for a cookie or a JSON member.
std::string seal_challenge(std::string_view secret, const OAuthChallenge& challenge);
// Empty: changed, made elsewhere, or for another provider.
std::optional<OAuthChallenge> open_challenge(
    std::string_view secret, std::string_view provider, std::string_view sealed
);

}  // namespace noded::auth
