#include "node/version.hpp"

// Given by CMake for this file alone.
#ifndef NODED_VERSION
#error "NODED_VERSION is not defined"
#endif
#ifndef NODED_COMMIT
#define NODED_COMMIT ""
#endif

namespace noded::node {

std::string_view version() noexcept {
  return NODED_VERSION;
}

std::string_view commit() noexcept {
  return NODED_COMMIT;
}

std::string_view compiler() noexcept {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return __VERSION__;
#endif
}

}  // namespace noded::node
