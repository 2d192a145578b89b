// Whether a store's log of writes lost something that was confirmed: asked before RocksDB opens it,
// because its recovery drops what lies behind a bad record.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace noded::storage {

struct LogDamage {
  std::filesystem::path file;
  std::uint64_t offset = 0;      // of the first byte that cannot be read
  std::uint64_t lost_bytes = 0;  // from there to the end of this log and all later ones, at most
};

// Reads every log in the directory of a store that nobody has open; blocks. Empty when each of them
// is whole or ends as a power cut leaves it. kUnavailable: a file cannot be read.
Result<std::optional<LogDamage>> find_log_damage(const std::filesystem::path& directory);

}  // namespace noded::storage
