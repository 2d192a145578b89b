// Cors: the Fetch standard's CORS protocol with bknd's rules (spec: server.cors of the
// configuration). The request's Origin is echoed when it is allowed; a preflight is answered here
// and goes no further.
#pragma once

#include "noded/http.hpp"

#include "runtime/latest.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace noded::gateway {

struct CorsRules {
  std::string origin = "*";  // "*" or origins separated by commas
  std::vector<std::string> allow_methods{"GET", "POST", "PATCH", "PUT", "DELETE"};
  // Empty: whatever the preflight asks for.
  std::vector<std::string> allow_headers{
      "Content-Type", "Content-Length", "Authorization", "Accept"
  };
  bool allow_credentials = true;
};

class Cors final : public http::Filter {
 public:
  Cors() : Cors(CorsRules{}) {}
  explicit Cors(const CorsRules& rules) { configure(rules); }

  // Takes effect for requests that begin afterwards. Any thread.
  void configure(const CorsRules& rules);

  std::optional<http::Response> before(http::Request& request) override;
  void after(const http::Request& request, http::Response& response) override;

 private:
  // The rules as the answers need them.
  struct Prepared {
    bool allows_all = false;
    std::vector<std::string> origins;
    std::string methods;
    std::string headers;
    bool allows_credentials = false;

    bool allows(std::string_view origin) const;
  };

  runtime::Latest<Prepared> prepared_;
};

}  // namespace noded::gateway
