// Where sessions lie in the store: keys of their spaces (docs/storage_format.md).
#pragma once

#include "modules/auth/session/session.hpp"
#include "repository/database/keys.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::auth::session_keys {

inline std::string session(std::uint16_t application, std::string_view hash) {
  return database::keys::prefix(application, database::keys::Space::kSession).append(hash);
}

inline std::string version(std::uint16_t application, std::string_view user) {
  return database::keys::prefix(application, database::keys::Space::kSessionVersion).append(user);
}

// All refresh tokens of a session; `hash` is the session's.
inline std::string refresh_family(std::uint16_t application, std::string_view hash) {
  return database::keys::prefix(application, database::keys::Space::kRefresh)
      .append(hash.substr(0, kSessionIdSize));
}

inline std::string refresh(
    std::uint16_t application, std::string_view session_hash, std::string_view token_hash
) {
  return refresh_family(application, session_hash).append(token_hash);
}

}  // namespace noded::auth::session_keys
