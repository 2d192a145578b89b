// HostFilter: answers only requests for the hosts that a node goes by. A page of the web whose name
// suddenly stands for 127.0.0.1 (DNS rebinding) finds no node behind a loopback address.
#pragma once

#include "noded/http.hpp"

#include "runtime/latest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::gateway {

class HostFilter final : public http::Filter {
 public:
  // `hosts`: names without a port, compared without case; nullopt: any. Loopback addresses,
  // localhost and names below it are always among them; so is the admin socket.
  explicit HostFilter(std::optional<std::vector<std::string>> hosts);

  void set_hosts(std::optional<std::vector<std::string>> hosts);  // from now on; any thread

  // 421 (RFC 9110 §15.5.20) for any other host.
  std::optional<http::Response> before(http::Request& request) override;
  void after(const http::Request&, http::Response&) override {}

 private:
  bool knows(std::string_view host) const;

  runtime::Latest<std::vector<std::string>> hosts_;  // in lower case; null: any
};

}  // namespace noded::gateway
