// RocksDB's own messages in our log. Not optional: with its default logger Debian's RocksDB ends
// the process when the disk is full (its text log goes through the same asserting file class).
#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace noded::storage {

// Warnings and errors are forwarded, the rest is dropped.
std::shared_ptr<rocksdb::Logger> make_rocksdb_log();

}  // namespace noded::storage
