// Keys of the record layer, order-preserving; docs/storage_format.md lists them. Each begins with
// the application's number (u16 big-endian) and one byte that names the space.
#pragma once

#include "noded/engine.hpp"

#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::database::keys {

enum class Space : char {
  kMeta = 0x01,              // configuration, catalogue, secrets: + name
  kRow = 0x10,               // + entity u32 + key → row
  kIndex = 0x11,             // + index u32 + values + key → empty
  kUnique = 0x12,            // + index u32 + values → key
  kCount = 0x13,             // + entity u32: counter, rows of the entity
  kIdentifier = 0x14,        // + entity u32: counter, highest integer key handed out
  kFeed = 0x15,              // + sequence u64 + position u32 → change
  kSecret = 0x16,            // + name → sealed secret of a module (sealed_records.hpp)
  kMadeAt = 0x17,            // + key of the account → when it was made, decimal ms since 1970
  kCredential = 0x20,        // + id of a passkey → credential
  kCredentialOfUser = 0x21,  // + key of the account + id of a passkey → empty
  kUserHandle = 0x22,        // + key of the account → what its authenticators know it by
  kSession = 0x28,           // + hash of its token → session
  kSessionVersion = 0x29,    // + primary key of an account as text → version of its sessions
  kRefresh = 0x2a,           // + id of a session + hash of a refresh token → what became of it
  kLoginFailures = 0x2b,     // + whose → failed logins
  kAuditEntry = 0x30,        // + number u64 → entry (audit/audit_entry.hpp)
  kAuditHead = 0x31,         // number u64 and hash of the newest entry
  kAuditCheckpoint = 0x32,   // the same of the last entry that went by its age
  kAuditSigned = 0x33,       // number u64 and time i64 of the last entry that signs the others
  kDisabledAccount = 0x34,   // + primary key of an account as text → since when, decimal ms
  kApiKey = 0x35,            // + id of an API key → key
  kApiKeyOfUser = 0x36,      // + primary key of an account as text + 0x00 + id of a key → empty
  kLink = 0x38,              // + hash of its token → one-time link (modules/auth/recovery)
  kLinkOfUser = 0x39,        // + key of the account + purpose + hash → when it ends, decimal ms
  kAddressProof = 0x3a,      // + key of the account → which address it has proven, or has yet to
  kEmailCode = 0x3b,         // + hash of action and address → code that a letter carries
};

std::string prefix(std::uint16_t application, Space space);
std::string prefix(std::uint16_t application, Space space, std::uint32_t number);

// All rows of an entity.
KeyRange rows(std::uint16_t application, const Entity& entity);

std::string meta(std::uint16_t application, std::string_view name);
std::string row(std::uint16_t application, const Entity& entity, const RowKey& key);
std::string row_count(std::uint16_t application, const Entity& entity);
std::string identifier(std::uint16_t application, const Entity& entity);

// Appends one value so that bytes sort as compare() does: a type class byte, then integers and
// reals as one ordered number, text with 0x00 escaped as 0x00 0xff and ended by 0x00 0x01.
void append_value(std::string& key, const ValueView& value);
// Steps over one value; the number of bytes it took, 0 if ill-formed.
std::size_t skip_value(std::string_view bytes);

}  // namespace noded::database::keys
