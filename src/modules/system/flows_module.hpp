// FlowsModule: the `flows` part of an application's configuration. It runs no flow: it checks what
// is declared and keeps it.
#pragma once

#include "noded/module.hpp"

namespace noded::system {

class FlowsModule final : public Module {
 public:
  std::string_view name() const override { return "flows"; }
  std::string_view schema() const override;
  Result<> complete(boost::json::object& application) const override;
  // kInvalid: a flow starts or answers with, or connects, a task that it does not have; a condition
  // of type "matches" has an empty path.
  Result<std::unique_ptr<Prepared>> prepare(const boost::json::object& application) override;
  std::vector<std::string_view> secret_paths() const override { return {}; }
};

}  // namespace noded::system
