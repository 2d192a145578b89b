// Logs: one JSON object a line, or a readable line on a terminal, on standard error. Thread-safe; a
// line is formatted into a bounded buffer that a thread of its own writes out, so that a slow
// reader of standard error never holds up the caller. When the buffer is full, lines are dropped
// and counted, and the count is logged as soon as there is room. Never give it a secret: no token,
// cookie, password, body.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::telemetry {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError };

struct LogSetup {
  Level level = Level::kInfo;
  bool as_json = true;  // false: console form
  int descriptor = 2;   // written to; not closed
};
// Once, before the first line; main calls it. Without it lines of kWarning and above go to standard
// error, unbuffered.
void start_log(const LogSetup& setup);
// Level and form from now on; the descriptor stays. Nothing happens when no log was started.
void change_log(const LogSetup& setup);
void stop_log();  // writes what is left; the last call

bool log_enabled(Level level) noexcept;
std::uint64_t dropped_log_lines() noexcept;  // since start_log

// Members of one log line, appended as JSON text: Fields().text("path", p).number("status", 200).
class Fields {
 public:
  Fields& text(std::string_view name, std::string_view value);
  Fields& number(std::string_view name, std::int64_t value);
  Fields& real(std::string_view name, double value);
  Fields& boolean(std::string_view name, bool value);
  // Members that are JSON text already: "a":1,"b":2, with or without the braces around them.
  Fields& json_members(std::string_view members);
  std::string_view members() const { return members_; }  // "a":1,"b":"x" without braces

 private:
  std::string members_;
};

// `event` is a short stable phrase ("listening", "request"); what varies is in `fields`.
void log(Level level, std::string_view event, const Fields& fields = {});

}  // namespace noded::telemetry
