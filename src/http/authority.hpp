// host [":" port] as a Host field may hold it (RFC 9110 §7.2). Pure.
#pragma once

#include <string_view>

namespace noded::http {

// A name, an IPv4 address or an IPv6 address in brackets, with or without a port. Neither empty nor
// with user information.
bool is_authority(std::string_view text) noexcept;

}  // namespace noded::http
