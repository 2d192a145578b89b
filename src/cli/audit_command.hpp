// `noded audit`: who did what, and whether the record of it is whole.
#pragma once

#include "cli/loaded.hpp"

#include <cstdint>
#include <string>

namespace noded::cli {

// Empty texts: any.
struct AuditArguments {
  std::string from;  // dates
  std::string to;
  std::string actor;
  std::string action;
  std::string target;
  std::uint32_t limit = 100;
  bool as_json = false;
};

// Both work whether the node runs or not, and return the exit code; kFailed when the chain is
// broken.
int list_audit(const Loaded& loaded, const AuditArguments& arguments);
// Of `arguments` from, to and as_json.
int verify_audit(const Loaded& loaded, const AuditArguments& arguments);

}  // namespace noded::cli
