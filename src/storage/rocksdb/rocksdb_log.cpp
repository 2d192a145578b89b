#include "storage/rocksdb/rocksdb_log.hpp"

#include "telemetry/log.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace noded::storage {
namespace {

class RocksdbLog final : public rocksdb::Logger {
 public:
  RocksdbLog() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}  // informative
  void LogHeader(const char* /*format*/, va_list /*arguments*/) override {}
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level >= rocksdb::InfoLogLevel::HEADER_LEVEL)
      return;
    std::array<char, 512> text{};
    if (print(text, format, arguments) < 0) return;
    if (is_of_a_backup(text.data())) return;
    const bool is_error = level >= rocksdb::InfoLogLevel::ERROR_LEVEL;
    telemetry::log(
        is_error ? telemetry::Level::kError : telemetry::Level::kWarning,
        "rocksdb",
        telemetry::Fields().text("message", text.data())
    );
  }

 private:
  // RocksDB warns of what its own backups do: they hold back the deletion of files, twice.
  static bool is_of_a_backup(std::string_view text) {
    return text.find("File Deletions ") != std::string_view::npos;
  }

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"  // the format is RocksDB's own
  static int print(std::array<char, 512>& text, const char* format, va_list arguments) {
    return std::vsnprintf(text.data(), text.size(), format, arguments);
  }
#pragma clang diagnostic pop
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_rocksdb_log() {
  return std::make_shared<RocksdbLog>();
}

}  // namespace noded::storage
