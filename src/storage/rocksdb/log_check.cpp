#include "storage/rocksdb/log_check.hpp"

#include "storage/rocksdb/log_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>
#include <system_error>
#include <vector>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;

// The logs in the order in which they were written: RocksDB numbers them, with leading zeroes.
Result<std::vector<fs::path>> list_logs(const fs::path& directory) {
  std::vector<fs::path> logs;
  std::error_code fault;
  for (fs::directory_iterator entry(directory, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    if (entry->path().extension() == ".log") logs.push_back(entry->path());
  }
  if (fault)
    return fail(
        Errc::kUnavailable, fmt::format("cannot read {}: {}", directory.string(), fault.message())
    );
  std::ranges::sort(logs);
  return logs;
}

Result<LogScan> scan_log(const fs::path& log) {
  std::ifstream file(log, std::ios::binary);
  std::string block(LogScan::kBlockBytes, '\0');
  LogScan scan;
  while (file.good()) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    const bool is_last = file.eof() || file.peek() == std::ifstream::traits_type::eof();
    scan.read(std::string_view(block).substr(0, count), is_last);
  }
  if (!file.eof())
    return fail(
        Errc::kUnavailable, fmt::format("cannot read {}: {}", log.string(), std::strerror(errno))
    );
  return scan;
}

std::uint64_t bytes_from(std::span<const fs::path> logs, std::uint64_t offset) {
  std::uint64_t bytes = 0;
  std::error_code fault;
  for (const fs::path& log : logs) {
    const std::uint64_t size = fs::file_size(log, fault);
    if (!fault) bytes += size;
  }
  return bytes - std::min(bytes, offset);
}

}  // namespace

Result<std::optional<LogDamage>> find_log_damage(const fs::path& directory) {
  const auto logs = list_logs(directory);
  if (!logs) return std::unexpected(logs.error());
  std::optional<LogDamage> torn;
  std::uint64_t wanted = 0;  // sequence that goes on behind a torn end
  for (std::size_t i = 0; i < logs->size(); ++i) {
    const fs::path& log = (*logs)[i];
    const auto scan = scan_log(log);
    if (!scan) return std::unexpected(scan.error());
    if (torn && scan->first_sequence() != 0) {
      if (wanted != 0 && scan->first_sequence() > wanted) return torn;
      torn.reset();  // a node had met the torn end, and went on behind it
    }
    if (!scan->bad_place()) continue;
    const LogDamage place{
        log, *scan->bad_place(), bytes_from(std::span(*logs).subspan(i), *scan->bad_place())
    };
    if (scan->is_damaged()) return place;
    torn = place;
    wanted = scan->next_sequence();
  }
  return std::nullopt;
}

}  // namespace noded::storage
