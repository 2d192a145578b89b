// A role as somebody else writes it: from include/noded alone, built as a module. It answers GET
// /echo/*text.
#include "noded/node.hpp"
#include "noded/role.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace noded;

constexpr Option<std::string> kGreeting{
    "echo.greeting", "what stands before each answer", "echo: "
};
constexpr std::string_view kOwner = "echo";

OptionTable options() {
  static constexpr const OptionDeclaration* kTable[] = {&kGreeting};
  return kTable;
}

class EchoRole final : public Role {
 public:
  explicit EchoRole(Node& node) : node_(node) {}

  Task<Result<>> start() override {
    http::Route route{};
    route.method = http::Method::kGet;
    route.pattern = "/echo/*text";
    route.summary = "gives back the rest of the path";
    route.handler = [this](http::Request& request) {
      return answer(request);
    };
    std::vector<http::Route> routes;
    routes.push_back(std::move(route));
    node_.announce("echo: GET /echo/hello answers");
    node_.log().info("echo starts");
    co_return node_.router().mount(std::string(kOwner), std::move(routes));
  }

  Task<> stop() override {
    node_.router().unmount(kOwner);
    co_return;
  }

 private:
  // Through a worker thread and back, as a role with real work would go.
  Task<http::Response> answer(http::Request& request) {
    auto work = [text = node_.options().get(kGreeting) +
                        std::string(request.parameter("text"))]() -> Result<std::string> {
      return text;
    };
    auto text = co_await offload(node_.store_lane(), std::move(work));
    if (!text) co_return http::Response::text(503, text.error().message);
    co_return http::Response::text(200, std::move(*text));
  }

  Node& node_;
};

std::unique_ptr<Role> make(Node& node) {
  return std::make_unique<EchoRole>(node);
}

}  // namespace

extern "C" const RoleDescriptor* noded_role(std::uint32_t host_abi) {
  static const RoleDescriptor descriptor{
      .name = "echo", .sentence = "gives back what it is told", .options = &options, .make = &make
  };
  return host_abi == kRoleAbi ? &descriptor : nullptr;
}
