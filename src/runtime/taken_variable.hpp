// Environment variables that are meant for this process alone.
#pragma once

#include <cstdlib>
#include <string>

namespace noded::runtime {

// The value, which is removed from the environment; empty when there is none. Before any thread is
// started.
inline std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string out = value == nullptr ? "" : value;
  ::unsetenv(name);
  return out;
}

}  // namespace noded::runtime
