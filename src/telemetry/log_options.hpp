// Options of the log.
#pragma once

#include "noded/options.hpp"

namespace noded::telemetry {

inline constexpr Option<std::string> kLogLevel{
    "log.level", "least severity that is logged", "info", {"debug", "info", "warning", "error"}
};
inline constexpr Option<std::string> kLogForm{
    "log.form",
    "form of the log lines on standard error; auto is console on a terminal and json elsewhere",
    "auto",
    {"auto", "json", "console"}
};

inline OptionTable log_options() {
  static constexpr const OptionDeclaration* kTable[] = {&kLogLevel, &kLogForm};
  return kTable;
}

}  // namespace noded::telemetry
