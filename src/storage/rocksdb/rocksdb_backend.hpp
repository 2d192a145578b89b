// The engine `rocksdb`: one RocksDB in one directory, one column family. A key of ours is stored
// behind one byte that keeps it apart from the store's own notes:
//   'd' + key       → value
//   'm' "format"    → "noded " + decimal version of this layout; written first, so that a newer
//   store is refused by name 'm' "sequence"  → the last commit, as a number (number.hpp); written
//   with each group of commits
#pragma once

#include "noded/result.hpp"

#include "storage/backend.hpp"
#include "storage/storage_options.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace noded::storage {

inline constexpr std::uint32_t kStoreFormat = 1;

// Blocks. Errors are those of open_engine().
Result<std::unique_ptr<Backend>> open_rocksdb_backend(const StorageSettings& settings);

// The version that the format note tells; empty when it is none.
std::optional<std::uint32_t> parse_store_format(std::string_view note);

}  // namespace noded::storage
