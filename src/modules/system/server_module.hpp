// ServerModule: the `server` part of an application: who may call it from a browser (CORS), and the
// settings of its MCP endpoint, which this program keeps but does not serve.
#pragma once

#include "noded/module.hpp"

#include <functional>
#include <string>
#include <vector>

namespace noded::system {

// server.cors as configured. `origin` is "*" or origins separated by commas.
struct CorsSettings {
  std::string origin;
  std::vector<std::string> methods;
  std::vector<std::string> headers;
  bool credentials = true;
};

class ServerModule final : public Module {
 public:
  // `apply` puts the settings in force when a configuration is published; it must not throw.
  // Modules know nothing of the gateway, so the role brings the two together.
  explicit ServerModule(std::function<void(const CorsSettings&)> apply);

  std::string_view name() const override { return "server"; }
  std::string_view schema() const override;
  Result<> complete(boost::json::object& application) const override;
  Result<std::unique_ptr<Prepared>> prepare(const boost::json::object& application) override;
  std::vector<std::string_view> secret_paths() const override { return {}; }

 private:
  std::function<void(const CorsSettings&)> apply_;
};

}  // namespace noded::system
