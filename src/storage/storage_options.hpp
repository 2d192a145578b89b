// Options of the store.
#pragma once

#include "noded/options.hpp"

#include "runtime/front_threads.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace noded::storage {

using namespace option_literals;

inline constexpr Option<std::string> kEngine{
    "storage.engine",
    "where records are kept: rocksdb on the disk, or memory, which forgets all when the node ends",
    "rocksdb",
    {"rocksdb", "memory"},
};
inline constexpr Option<std::string> kDurability{
    "storage.durability",
    "what a write that was answered survives: synced a power cut, os a crash of noded, none "
    "neither",
    "synced",
    {"synced", "os", "none"},
};
inline constexpr Option<Bytes> kCache{
    "storage.cache",
    "memory for records read from the disk",
    32_MiB,
    1_MiB,
    1024_GiB,
};
inline constexpr Option<Bytes> kScanCache{
    "storage.scan_cache",
    "memory for ranges of which much is read again and again between changes; 0 keeps none",
    16_MiB,
    0_B,
    4_GiB,
};
inline constexpr Option<Bytes> kWriteBuffer{
    "storage.write_buffer",
    "memory for records not yet in sorted files; up to two of these exist",
    8_MiB,
    1_MiB,
    4_GiB,
};
inline constexpr Option<Bytes> kReserve{
    "storage.reserve",
    "free space of the disk below which writes are refused, because a full disk is worse",
    64_MiB,
    0_B,
    1024_GiB,
};
inline constexpr Option<Bytes> kMaxTransaction{
    "storage.max_transaction",
    "most that one transaction may write",
    64_MiB,
    1_MiB,
    1_GiB,
};
inline constexpr Option<std::int64_t> kMaxOpenFiles{
    "storage.max_open_files",
    "most files that the store keeps open",
    256,
    32,
    1'000'000,
};

inline constexpr Option<bool> kAcceptLostWrites{
    "storage.accept_lost_writes",
    "start although the log of writes is damaged, without the writes from the damage on; for the "
    "one start after which it is known that no backup is better",
    false,
};

OptionTable storage_options();

// What happens to a store of an older format.
enum class OlderStore : std::uint8_t {
  kMigrate,  // after a backup beside it, to the present format
  kRefuse,   // for what a person does not expect to change a store
  kOpen,     // as it is, for who reads only what the engine itself keeps, such as its last commit
};

// The same as values, with the directory.
struct StorageSettings {
  std::filesystem::path directory;  // of the store alone; not used by the engine memory
  std::string engine = "rocksdb";
  std::string durability = "synced";
  std::uint64_t cache_bytes = 32u << 20;
  std::uint64_t scan_cache_bytes = 16u << 20;
  std::uint64_t write_buffer_bytes = 8u << 20;
  std::uint64_t reserve_bytes = 64u << 20;
  std::uint64_t max_transaction_bytes = 64u << 20;
  std::int64_t max_open_files = 256;
  runtime::FrontThreads* front = nullptr;  // among whom the thread that writes has a place
  bool accept_lost_writes = false;
  OlderStore older_store = OlderStore::kMigrate;
  // One line about a migration under way, every now and then, on the thread that opens the store.
  std::function<void(std::string_view)> on_migration = {};
};
StorageSettings storage_settings(const Options& options, std::filesystem::path directory);

}  // namespace noded::storage
