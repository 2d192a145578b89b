#include "plugin/role_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace noded::plugin {
namespace {

using testing::HasSubstr;
using Strings = std::vector<std::string>;

const RoleDescriptor kApi{.name = "api", .alias = "n1", .sentence = "serves", .make = nullptr};
const RoleDescriptor kEcho{.name = "echo", .alias = "", .sentence = "repeats", .make = nullptr};
constexpr std::array<const RoleDescriptor*, 2> kBuiltIn{&kApi, &kEcho};

TEST(RoleRegistry, FindsRolesByNameAndAliasEachOnce) {
  const RoleRegistry registry(kBuiltIn);
  const auto roles = registry.select(Strings{"echo", "n1", "api"});
  ASSERT_TRUE(roles.has_value());
  EXPECT_THAT(*roles, testing::ElementsAre(&kEcho, &kApi));
}

TEST(RoleRegistry, NamesARoleThatIsNotInTheBuildAndThoseThatAre) {
  const RoleRegistry registry(kBuiltIn);
  const auto roles = registry.select(Strings{"api", "tee"});
  ASSERT_FALSE(roles.has_value());
  EXPECT_EQ(roles.error().message, "this noded has no role tee; it has: api (n1), echo");
}

TEST(RoleRegistry, DoesNotTakeAnEmptyAliasForAName) {
  const RoleRegistry registry(kBuiltIn);
  EXPECT_FALSE(registry.select(Strings{""}).has_value());
}

TEST(RoleRegistry, TellsWhyALibraryCannotBeLoaded) {
  RoleRegistry registry(kBuiltIn);
  const auto loaded = registry.load("no/such/role.so");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, Errc::kInvalid);
  EXPECT_THAT(loaded.error().message, HasSubstr("no/such/role.so"));
  EXPECT_THAT(loaded.error().message, HasSubstr("No such file"));
}

TEST(RoleRegistry, TellsThatALibraryIsNoPlugIn) {
  RoleRegistry registry(kBuiltIn);
  // A file of the system that any process of this kind has loaded already.
  const auto loaded = registry.load("/proc/self/exe");
  ASSERT_FALSE(loaded.has_value());
}

TEST(Compatibility, NamesBothRoleInterfaces) {
  RoleDescriptor role = kEcho;
  role.abi = kRoleAbi + 1;
  const auto checked = check_compatible(role, "echo.so");
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(
      checked.error().message,
      "echo.so is built for role interface " + std::to_string(kRoleAbi + 1) +
          "; this noded has interface " + std::to_string(kRoleAbi)
  );
}

TEST(Compatibility, NamesBothBuilds) {
  RoleDescriptor role = kEcho;
  role.build = "gcc 12";
  const auto checked = check_compatible(role, "echo.so");
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(
      checked.error().message,
      std::string("echo.so is built by gcc 12; this noded by ") + kRoleBuild
  );
}

TEST(Compatibility, HoldsForARoleOfThisBuild) {
  EXPECT_TRUE(check_compatible(kEcho, "echo.so").has_value());
}

}  // namespace
}  // namespace noded::plugin
