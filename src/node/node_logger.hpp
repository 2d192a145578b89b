// NodeLogger: the log as roles see it.
#pragma once

#include "noded/node.hpp"

#include <string_view>

namespace noded::node {

// Thread-safe: it has no state of its own.
class NodeLogger final : public Node::Logger {
 public:
  void info(std::string_view event, std::string_view fields) override;
  void warning(std::string_view event, std::string_view fields) override;
  void error(std::string_view event, std::string_view fields) override;
};

}  // namespace noded::node
