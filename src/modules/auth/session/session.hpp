// Session: what the store keeps of one; docs/sessions.md and docs/storage_format.md.
#pragma once

#include "noded/identity.hpp"
#include "noded/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

inline constexpr std::size_t kSessionHashSize = 32;  // SHA-256 of the token
inline constexpr std::size_t kSessionIdSize = 16;    // its first bytes: the session's name

struct Session {
  std::string user;              // text of the account's primary key
  std::string claims;            // what conditions see of the account: JSON object text
  std::vector<std::string> amr;  // how the account was verified, RFC 8176
  std::int64_t auth_time_s = 0;  // when
  std::int64_t created_ms = 0;
  std::int64_t seen_ms = 0;     // last request, to about a minute
  std::int64_t expires_ms = 0;  // however busy it is
  std::int64_t version = 0;     // of the account's sessions when it was opened
  std::string ip;
  std::string agent;        // User-Agent, cut
  std::string refresh_key;  // refresh tokens follow from each other by it; raw bytes
};

// JSON text, and back. Errors: kInternal, it was not made by this.
std::string encode(const Session& session);
Result<Session> decode_session(std::string_view text);

// An opaque token of 256 bits, as cookies carry it, and what the store and the node know it by.
std::string make_session_token();
// SHA-256 of the token's text; empty when `token` has not the form of one.
std::string hash_of_session_token(std::string_view token);
// Lower-case hexadecimal of the first bytes of the hash, as lists, tokens and the log name a
// session.
std::string session_id(std::string_view hash);

// Who a request of this session comes from. Null when the claims are no object.
IdentityPtr identity_of(const Session& session, std::string_view id);

}  // namespace noded::auth
