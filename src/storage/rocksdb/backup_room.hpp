// Whether there is room for a backup, told before anything is copied.
#pragma once

#include "noded/result.hpp"

#include <rocksdb/db.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace noded::storage {

// What a backup in `directory` copies at most: the sorted files that are not there yet, and what is
// in memory.
std::uint64_t bytes_to_copy(rocksdb::DB& db, const std::filesystem::path& directory);

// kUnavailable with both figures when the file system of `directory`, which is there, has less than
// `needed` free. `purpose` begins the sentence: "a backup". A file system that tells no figure is
// tried.
Result<> require_room(
    const std::filesystem::path& directory, std::uint64_t needed, std::string_view purpose
);

}  // namespace noded::storage
