// The two forms of a log line, as spdlog formatters. The message of a line is what
// compose_message() made: the event as JSON text, a zero byte, the members as JSON text without
// braces.
#pragma once

#include <spdlog/formatter.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace noded::telemetry {

// With the quotes. Bytes that are no UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);
void compose_message(std::string& out, std::string_view event, std::string_view members);

// 2024-05-31T12:00:00.123Z; the part up to the second is kept, since most lines share it.
class LineClock {
 public:
  void append(spdlog::memory_buf_t& out, spdlog::log_clock::time_point time);

 private:
  std::chrono::sys_seconds second_{std::chrono::seconds(-1)};
  std::string text_;
};

// {"time":"…","level":"info","event":"listening","address":"…"}
class JsonLine final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLine>(); }

 private:
  LineClock clock_;
};

// 12:00:00.123 info    listening address=127.0.0.1:1337
class ConsoleLine final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<ConsoleLine>();
  }

 private:
  LineClock clock_;
};

}  // namespace noded::telemetry
