#include "storage/storage_options.hpp"

#include <array>
#include <utility>

namespace noded::storage {

OptionTable storage_options() {
  static constexpr std::array<const OptionDeclaration*, 9> kTable{
      &kEngine,
      &kDurability,
      &kCache,
      &kScanCache,
      &kWriteBuffer,
      &kReserve,
      &kMaxTransaction,
      &kMaxOpenFiles,
      &kAcceptLostWrites,
  };
  return kTable;
}

StorageSettings storage_settings(const Options& options, std::filesystem::path directory) {
  return {
      .directory = std::move(directory),
      .engine = options.get(kEngine),
      .durability = options.get(kDurability),
      .cache_bytes = options.get(kCache).count,
      .scan_cache_bytes = options.get(kScanCache).count,
      .write_buffer_bytes = options.get(kWriteBuffer).count,
      .reserve_bytes = options.get(kReserve).count,
      .max_transaction_bytes = options.get(kMaxTransaction).count,
      .max_open_files = options.get(kMaxOpenFiles),
      .accept_lost_writes = options.get(kAcceptLostWrites),
  };
}

}  // namespace noded::storage
