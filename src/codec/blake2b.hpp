// BLAKE2b with 32 bytes of output (RFC 7693), by libsodium. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace noded::codec {

// Of the parts one behind the other.
std::string blake2b_256(std::initializer_list<std::string_view> parts);

}  // namespace noded::codec
