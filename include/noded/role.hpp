// Role: what a node becomes. Built-in roles are listed in src/main.cpp; a third-party role is a
// shared library that exports noded_role() and is named in the configuration under `plugins`.
//
// Life: make (no I/O) → start in dependency order → serving → stop in reverse, each with a deadline
// → destroyed.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/options.hpp"
#include "noded/result.hpp"
#include "noded/secret_box.hpp"
#include "noded/task.hpp"

#include <boost/version.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace noded {

class Node;

// Error::type of start() when what the role has stored as its configuration cannot be put in force.
// `noded schema` mends it, see Node::is_for_mending().
inline constexpr std::string_view kStoredConfigurationRefused = "configuration.stored";

class Role {
 public:
  virtual ~Role() = default;
  // Returns once the role serves. An error stops the node and is printed. Runs on the main loop.
  virtual Task<Result<>> start() = 0;
  // Returns once nothing of the role is running. Routes are already closed to new requests.
  virtual Task<> stop() = 0;
};

// Changes whenever anything in include/noded changes its layout or meaning. `abi` and `build` stay
// the first two members of RoleDescriptor for ever, so that any host can tell what it was handed.
inline constexpr std::uint32_t kRoleAbi = 9;

// What C++ types crossing the border depend on; compared as text.
#define NODED_BUILD_TEXT_2(x) #x
#define NODED_BUILD_TEXT(x) NODED_BUILD_TEXT_2(x)
inline constexpr const char* kRoleBuild =
    "clang " NODED_BUILD_TEXT(__clang_major__) " libstdc++ " NODED_BUILD_TEXT(_GLIBCXX_RELEASE
    ) " c++" NODED_BUILD_TEXT(__cplusplus) " boost " BOOST_LIB_VERSION;

struct RoleDescriptor {
  std::uint32_t abi = kRoleAbi;
  const char* build = kRoleBuild;
  const char* name = "";      // as --role and the configuration name it
  const char* alias = "";     // a second name; may be empty
  const char* sentence = "";  // what a person gets, for --help
  // The role's own options; null = none. Those of a third-party role begin with "<name>.".
  OptionTable (*options)() = nullptr;
  std::unique_ptr<Role> (*make)(Node& node) = nullptr;
  // Takes the role's records in a store that nobody else uses back to how they were at that time;
  // returns how many changes that undid. Blocks. Null: the role keeps no history of them.
  Result<std::uint64_t> (*rewind)(Engine& engine, WallTime time) = nullptr;
  // The oldest time that `rewind` reaches in such a store, which may be one that takes no writes.
  // Blocks. Null where `rewind` is.
  Result<WallTime> (*oldest_time)(Engine& engine) = nullptr;
  // The keys that open what the role keeps sealed in such a store, which may be one that takes no
  // writes. Blocks. Null: it keeps nothing sealed.
  Result<std::vector<SealingKeyId>> (*sealing_keys)(Engine& engine) = nullptr;
};

}  // namespace noded

// A third-party role defines this. `host_abi` is the host's kRoleAbi; return null to refuse it.
extern "C" const noded::RoleDescriptor* noded_role(std::uint32_t host_abi);
