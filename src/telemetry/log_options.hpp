// Options of the log.
#pragma once

#include "noded/options.hpp"

#include "telemetry/log.hpp"

namespace noded::telemetry {

inline constexpr Option<std::string> kLogLevel{
    "log.level",
    "least severity that is logged",
    "info",
    {"debug", "info", "warning", "error"},
    Reload::kLive
};
inline constexpr Option<std::string> kLogForm{
    "log.form",
    "form of the log lines on standard error; auto is console on a terminal and json elsewhere",
    "auto",
    {"auto", "json", "console"},
    Reload::kLive
};

inline OptionTable log_options() {
  static constexpr const OptionDeclaration* kTable[] = {&kLogLevel, &kLogForm};
  return kTable;
}

// `descriptor` is where the log goes: a terminal makes `auto` the console form.
LogSetup make_log_setup(const Options& options, int descriptor = 2);

}  // namespace noded::telemetry
