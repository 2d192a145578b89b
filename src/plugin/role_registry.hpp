// RoleRegistry: the roles that this process can take: those linked in, given by main, and those of
// shared libraries.
#pragma once

#include "noded/result.hpp"
#include "noded/role.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::plugin {

// Owned by main; filled before the node starts. A loaded library is never unloaded: its code may be
// on any stack.
class RoleRegistry {
 public:
  explicit RoleRegistry(std::span<const RoleDescriptor* const> built_in);

  // Loads the library and takes the role that it exports. kInvalid: it cannot be loaded, exports no
  // noded_role, was built for another interface or by another compiler (both sides are named), or
  // names a role or option that is not free.
  Result<> load(const std::string& path);

  // The roles of those names or aliases, each once, in their order. kInvalid names an unknown one
  // and those there are.
  Result<std::vector<const RoleDescriptor*>> select(std::span<const std::string> names) const;

  std::span<const RoleDescriptor* const> roles() const noexcept { return roles_; }
  std::string names() const;  // "api (n1), echo", for messages

 private:
  const RoleDescriptor* find(std::string_view name) const;

  std::vector<const RoleDescriptor*> roles_;
};

// Why `role` must not be used by this process; kInvalid with both sides named. Part of load(),
// apart for its test.
Result<> check_compatible(const RoleDescriptor& role, std::string_view path);

}  // namespace noded::plugin
