// Change: one entry of the change feed. Stored under keys::Space::kFeed by the engine's append();
// docs/storage_format.md.
//   u8 format (2) · u8 kind · i64 time · u32 entity · u8 key size · key · u32 size of before ·
//   before · after
// Numbers little-endian; the time in milliseconds since 1970.
#pragma once

#include "noded/result.hpp"

#include "repository/database/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::database {

struct Change {
  enum class Kind : std::uint8_t { kCreated = 1, kUpdated = 2, kErased = 3 };
  Kind kind;
  std::int64_t time_ms;  // of the change, since 1970, by the node's clock
  std::uint32_t entity;  // of the catalogue
  RowKey key;
  std::string_view before;  // the row; empty when created
  std::string_view after;   // the row; empty when erased
};

std::string encode(const Change& change);
// The views point into `bytes`. kInternal when ill-formed.
Result<Change> decode_change(std::string_view bytes);

}  // namespace noded::database
