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

inline constexpr Option<std::chrono::milliseconds> kCheckpointPeriod{
    "audit.checkpoint",
    "how often the node signs the audit chain, as long as there are new entries",
    std::chrono::hours(24),
    std::chrono::minutes(1),
    std::chrono::days(30)
};

inline OptionTable audit_options() {
  static constexpr const OptionDeclaration* kTable[] = {&kRetention, &kCheckpointPeriod};
  return kTable;
}

}  // namespace noded::audit
