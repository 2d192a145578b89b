// Network: a block of addresses as a person writes it: 192.0.2.0/24, 2001:db8::/32, or one address.
// Pure.
#pragma once

#include "noded/result.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

class Network {
 public:
  // Errors: kInvalid saying what is wrong: no address, a prefix that is too long, bits set behind
  // the prefix.
  static Result<Network> parse(std::string_view text);

  // `address` as Request::peer has it; false for what is none. IPv4 addresses mapped into IPv6 are
  // those that they are.
  bool contains(std::string_view address) const;

 private:
  std::string bytes_;  // 4 or 16
  std::size_t prefix_ = 0;
};

}  // namespace noded::auth
