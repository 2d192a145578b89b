// An entry of the audit chain: who did what to what, when, and with what result. Its bytes:
//
//   u8 format (1) · u64 number · i64 time · 7 × (u32 size, bytes): actor, actor's address, action,
//   target, result, request id, details · 32 bytes hash of the entry before · 32 bytes hash
//
// Integers big-endian. The hash is BLAKE2b-256 of all bytes before it, those of the entry before
// included. Pure functions.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::audit {

inline constexpr std::size_t kHashSize = 32;
inline constexpr std::size_t kMostText = 4096;  // bytes of each text; longer ones are cut

// What was done. No text of it is ever a secret.
struct Act {
  std::string actor;       // "user 17", "operator", "anonymous", "node"
  std::string actor_ip;    // "local" on the admin socket; empty: the node itself
  std::string action;      // "user.create"
  std::string target;      // "user 17", "configuration auth"
  std::string result;      // "done", "refused"
  std::string request_id;  // may be empty
  std::string details;     // JSON object text or empty: what changed, names rather than values
};

struct Entry {
  std::uint64_t number = 0;  // from 1, without gaps
  std::int64_t time_ms = 0;  // wall clock, since 1970
  Act act;
  std::string before;  // hash of the entry before; 32 zero bytes for the first
  std::string hash;
};

// The bytes, with the hash that they have. Texts that are too long are cut at a character; details
// that are, are left out.
std::string encode(const Entry& entry);
// Errors: kInvalid. The hash is taken as it stands: hash_of() tells what it should be.
Result<Entry> decode(std::string_view bytes);
// Of the bytes of an entry that decode() took: what its last 32 bytes have to be.
std::string hash_of(std::string_view bytes);

// JSON object text: {"seq","ts","actor","actor_ip","action","target","result","request_id","diff"?,
// "prev_hash","hash"}.
std::string to_json(const Entry& entry);

}  // namespace noded::audit
