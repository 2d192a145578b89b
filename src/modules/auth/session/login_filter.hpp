// LoginFilter: paths that only somebody who is logged in gets to see. A browser that opens one is
// led to the login and back; whatever else asks is answered 401.
#pragma once

#include "noded/http.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

// Thread-safe. It knows nothing of permissions: those stay with the routes.
class LoginFilter final : public http::Filter {
 public:
  // Each stands for itself and all below it; "/" for everything but the login, health and
  // .well-known.
  explicit LoginFilter(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  std::optional<http::Response> before(http::Request& request) override;
  void after(const http::Request&, http::Response&) override {}

 private:
  bool is_guarded(std::string_view path) const;

  const std::vector<std::string> paths_;
};

}  // namespace noded::auth
