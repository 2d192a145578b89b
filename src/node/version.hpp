// What this binary is.
#pragma once

#include <string>
#include <string_view>

namespace noded::node {

std::string_view version() noexcept;   // 0.1.0
std::string_view commit() noexcept;    // of the source, abbreviated; empty when it was not known
std::string_view compiler() noexcept;  // "clang 19.1.7"

}  // namespace noded::node
