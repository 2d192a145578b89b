// RunningRoles: the roles of a node, started in their order and stopped in reverse.
#pragma once

#include "noded/node.hpp"
#include "noded/result.hpp"
#include "noded/role.hpp"
#include "noded/task.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace noded::node {

// Lives on the main loop.
class RunningRoles {
 public:
  // `descriptors` in the order of their start; they have static storage.
  explicit RunningRoles(std::vector<const RoleDescriptor*> descriptors);

  std::vector<std::string> names() const;

  // Makes all, then starts one after the other. The error names the role that cannot start; it and
  // those before it still want stop().
  Task<Result<>> start(Node& node);
  // Stops what was started. A role that takes longer than 10 s is left behind, and the log says so.
  Task<> stop();
  void destroy();  // once no task of theirs is left

 private:
  Task<> stop_one(std::size_t index);

  std::vector<const RoleDescriptor*> descriptors_;
  std::vector<std::unique_ptr<Role>> roles_;  // as descriptors_, once they are made
  std::size_t started_ = 0;
  net::any_io_executor executor_;  // the node's, once they are made
};

}  // namespace noded::node
