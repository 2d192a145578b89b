// Options of the audit chain.
#pragma once

#include "noded/options.hpp"

#include <chrono>

namespace noded::audit {

inline constexpr Option<std::chrono::milliseconds> kRetention{
    "audit.retention",
    "how long entries of the audit chain are kept",
    std::chrono::days(400),
    std::chrono::days(1),
    std::chrono::days(36'500)
};

inline OptionTable audit_options() {
  static constexpr const OptionDeclaration* kTable[] = {&kRetention};
  return kTable;
}

}  // namespace noded::audit
