// Any bytes as a log of writes: a bad place lies inside, damage has one, and a log that is cut off
// is not damaged for that alone.
#include "storage/rocksdb/log_scan.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using noded::storage::LogScan;

LogScan scan(std::string_view log) {
  LogScan scan;
  for (std::size_t at = 0; at < log.size(); at += LogScan::kBlockBytes)
    scan.read(log.substr(at, LogScan::kBlockBytes), at + LogScan::kBlockBytes >= log.size());
  return scan;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view log(reinterpret_cast<const char*>(bytes), size);
  const LogScan whole = scan(log);
  if (whole.is_damaged() && !whole.bad_place()) std::abort();
  if (whole.bad_place() && *whole.bad_place() >= size) std::abort();
  if (!whole.bad_place() && size > 0 && scan(log.substr(0, size - 1)).is_damaged()) std::abort();
  return 0;
}
