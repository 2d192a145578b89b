// The real binary with a role that was built apart from it.
#include "noded/role.hpp"

#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace noded {
namespace {

using testing::HasSubstr;

class PluginRole : public testing::Test {
 protected:
  std::string configuration(const std::string& plugin, const std::string& more) const {
    const auto path = directory_.path() / "noded.yaml";
    std::ofstream(path) << "plugins: [{path: \"" << plugin << "\"}]\n"
                        << "listen: [127.0.0.1:0]\n"
                        << "data_dir: \"" << (directory_.path() / "data").string() << "\"\n"
                        << more;
    return path.string();
  }

  test::TemporaryDirectory directory_;
};

TEST_F(PluginRole, ServesItsRouteWithItsOwnOption) {
  test::SpawnedProgram node(
      {NODED_BINARY,
       "--config",
       configuration(NODED_ECHO_ROLE, "role: [echo]\necho: {greeting: \"hi \"}\n")}
  );
  const std::string url = node.wait_for_line("listening on http://127.0.0.1:");
  ASSERT_FALSE(url.empty()) << node.errors();
  test::LoopbackClient client(static_cast<std::uint16_t>(std::stoi(url)));
  const auto answer = client.get("/echo/hello/there");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hi hello/there");
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  EXPECT_THAT(node.errors(), HasSubstr("\"event\":\"echo starts\""));
  EXPECT_THAT(node.output(), HasSubstr("echo: GET /echo/hello answers"));
}

struct Refusal {
  const char* name;
  const char* plugin;
  const char* more;
  std::string message;
};

class RefusedPlugin : public PluginRole, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusedPlugin, IsNamedWithTheReason) {
  test::SpawnedProgram node(
      {NODED_BINARY, "check-config", configuration(GetParam().plugin, GetParam().more)}
  );
  EXPECT_EQ(node.wait(), 2);
  EXPECT_THAT(node.errors(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Libraries,
    RefusedPlugin,
    testing::Values(
        Refusal{
            "no_plug_in",
            NODED_NO_ROLE,
            "",
            NODED_NO_ROLE " is no plug-in: it exports no noded_role"
        },
        Refusal{
            "older_interface",
            NODED_OLDER_ROLE,
            "",
            NODED_OLDER_ROLE " is built for role interface " + std::to_string(kRoleAbi - 1) +
                "; this noded has interface " + std::to_string(kRoleAbi)
        },
        Refusal{
            "missing", "/no/such/role.so", "", "/no/such/role.so: cannot open shared object file"
        },
        Refusal{
            "option_of_the_role_mistyped",
            NODED_ECHO_ROLE,
            "echo: {greting: x}\n",
            "unknown option echo.greting; did you mean echo.greeting?"
        },
        Refusal{
            "role_not_there",
            NODED_ECHO_ROLE,
            "role: [ecco]\n",
            "this noded has no role ecco; it has: api (n1), echo"
        }
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded
