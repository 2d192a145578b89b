// What a judge of the transport wants to be there: GET /judged/hello, and POST /judged/sink, which
// takes any body. A role of its own, so that the node under test is the real one.
#include "noded/node.hpp"
#include "noded/role.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace noded;

constexpr std::string_view kOwner = "judged";

Task<http::Response> count_body(http::Request& request) {
  std::uint64_t count = 0;
  for (;;) {
    const auto part = co_await request.body->read();
    if (!part)
      co_return http::Response::text(
          part.error().code == Errc::kTooLarge ? 413 : 400, part.error().message
      );
    if (part->empty()) break;
    count += part->size();
  }
  co_return http::Response::json(200, "{\"bytes\":" + std::to_string(count) + "}");
}

http::Route make_route(http::Method method, std::string_view pattern, http::Handler handler) {
  http::Route route{};
  route.method = method;
  route.pattern = pattern;
  route.handler = std::move(handler);
  return route;
}

class JudgedRole final : public Role {
 public:
  explicit JudgedRole(Node& node) : node_(node) {}

  Task<Result<>> start() override {
    std::vector<http::Route> routes;
    routes.push_back(make_route(
        http::Method::kGet,
        "/judged/hello",
        [](http::Request&) -> Task<http::Response> {
          co_return http::Response::json(200, R"({"hello":"world"})");
        }
    ));
    routes.push_back(make_route(http::Method::kPost, "/judged/sink", &count_body));
    co_return node_.router().mount(std::string(kOwner), std::move(routes));
  }

  Task<> stop() override {
    node_.router().unmount(kOwner);
    co_return;
  }

 private:
  Node& node_;
};

OptionTable options() {
  return {};
}

std::unique_ptr<Role> make(Node& node) {
  return std::make_unique<JudgedRole>(node);
}

}  // namespace

extern "C" const RoleDescriptor* noded_role(std::uint32_t host_abi) {
  static const RoleDescriptor descriptor{
      .name = "judged",
      .sentence = "targets for a judge of the transport",
      .options = &options,
      .make = &make
  };
  return host_abi == kRoleAbi ? &descriptor : nullptr;
}
