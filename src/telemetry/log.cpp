#include "telemetry/log.hpp"

#include "telemetry/batch_sink.hpp"
#include "telemetry/log_line.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

namespace noded::telemetry {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      break;
  }
  return spdlog::level::err;
}

struct Log {
  explicit Log(const LogSetup& setup)
      : sink(std::make_shared<BatchSink>(setup.descriptor)), logger("noded", sink) {
    apply(setup);
  }
  void apply(const LogSetup& setup) {
    if (setup.as_json) {
      logger.set_formatter(std::make_unique<JsonLine>());
    } else {
      logger.set_formatter(std::make_unique<ConsoleLine>());
    }
    logger.set_level(to_spdlog(setup.level));
  }
  std::shared_ptr<BatchSink> sink;
  spdlog::logger logger;
};

// The process's one log, between start_log and stop_log. Never destroyed: a thread may still be
// inside log().
std::atomic<Log*> current{nullptr};
std::atomic<bool> is_stopped{false};

void print_unbuffered(Level level, std::string_view message) {
  spdlog::memory_buf_t line;
  JsonLine().format(spdlog::details::log_msg("noded", to_spdlog(level), message), line);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void start_log(const LogSetup& setup) {
  // A command starts one; tests start several, and the former ones stay, since a thread may still
  // hold them.
  static auto& logs = *new std::vector<std::unique_ptr<Log>>;
  logs.push_back(std::make_unique<Log>(setup));
  current = logs.back().get();
  is_stopped = false;
}

void change_log(const LogSetup& setup) {
  if (Log* log = current.load()) log->apply(setup);
}

void stop_log() {
  is_stopped = true;
  if (Log* log = current.load()) log->sink->close();
}

bool log_enabled(Level level) noexcept {
  const Log* log = current.load(std::memory_order_acquire);
  if (log == nullptr) return level >= Level::kWarning;
  return log->logger.should_log(to_spdlog(level));
}

std::uint64_t dropped_log_lines() noexcept {
  const Log* log = current.load(std::memory_order_acquire);
  return log == nullptr ? 0 : log->sink->dropped();
}

Fields& Fields::text(std::string_view name, std::string_view value) {
  if (!members_.empty()) members_ += ',';
  append_json_text(members_, name);
  members_ += ':';
  append_json_text(members_, value);
  return *this;
}

Fields& Fields::number(std::string_view name, std::int64_t value) {
  if (!members_.empty()) members_ += ',';
  append_json_text(members_, name);
  members_ += ':';
  members_ += fmt::format_int(value).c_str();
  return *this;
}

Fields& Fields::real(std::string_view name, double value) {
  if (!members_.empty()) members_ += ',';
  append_json_text(members_, name);
  members_ += std::isfinite(value) ? fmt::format(":{}", value) : ":null";
  return *this;
}

Fields& Fields::boolean(std::string_view name, bool value) {
  if (!members_.empty()) members_ += ',';
  append_json_text(members_, name);
  members_ += value ? ":true" : ":false";
  return *this;
}

Fields& Fields::json_members(std::string_view members) {
  if (members.starts_with('{') && members.ends_with('}'))
    members = members.substr(1, members.size() - 2);
  if (!members_.empty() && !members.empty()) members_ += ',';
  members_ += members;
  return *this;
}

void log(Level level, std::string_view event, const Fields& fields) {
  if (!log_enabled(level)) return;
  thread_local std::string message;
  message.clear();
  compose_message(message, event, fields.members());
  Log* log = current.load(std::memory_order_acquire);
  if (log == nullptr || is_stopped.load(std::memory_order_relaxed)) {
    if (level >= Level::kWarning) print_unbuffered(level, message);
    return;
  }
  log->logger.log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
}

}  // namespace noded::telemetry
