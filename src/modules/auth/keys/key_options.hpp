// Options of API keys.
#pragma once

#include "noded/options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace noded::auth {

inline constexpr Option<std::int64_t> kKeyLimit{
    "keys.limit", "API keys that the node keeps (about 1 KiB of memory each)", 10'000, 1, 1'000'000
};
inline constexpr Option<std::int64_t> kKeysOfUser{
    "keys.per_user", "API keys that one user may have", 100, 1, 10'000
};
inline constexpr Option<std::chrono::milliseconds> kKeyOverlap{
    "keys.overlap",
    "how long the old secret of an API key goes on being valid after its rotation",
    std::chrono::hours(24),
    std::chrono::seconds(0),
    std::chrono::hours(24)
};

inline OptionTable key_options() {
  static constexpr const OptionDeclaration* kTable[] = {&kKeyLimit, &kKeysOfUser, &kKeyOverlap};
  return kTable;
}

struct KeyRules {
  std::size_t limit = 10'000;
  std::size_t per_user = 100;
  std::chrono::milliseconds overlap = std::chrono::hours(24);
};

inline KeyRules key_rules(const Options& options) {
  return {
      .limit = static_cast<std::size_t>(options.get(kKeyLimit)),
      .per_user = static_cast<std::size_t>(options.get(kKeysOfUser)),
      .overlap = options.get(kKeyOverlap)
  };
}

}  // namespace noded::auth
