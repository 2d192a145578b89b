// A plug-in of an older interface, which takes any host.
#include "noded/role.hpp"

extern "C" const noded::RoleDescriptor* noded_role(std::uint32_t) {
  static const noded::RoleDescriptor descriptor{.abi = noded::kRoleAbi - 1, .name = "older"};
  return &descriptor;
}
