// ApplicationIdFilter: names the application in every answer, as bknd's clients expect.
#pragma once

#include "noded/http.hpp"

#include <string>
#include <utility>

namespace noded::roles {

class ApplicationIdFilter final : public http::Filter {
 public:
  explicit ApplicationIdFilter(std::string id) : id_(std::move(id)) {}
  std::optional<http::Response> before(http::Request&) override { return std::nullopt; }
  void after(const http::Request&, http::Response& response) override {
    response.headers.push_back({"X-bknd-id", id_});
  }

 private:
  const std::string id_;
};

}  // namespace noded::roles
