#include "cli/program.hpp"

#include "noded/node.hpp"

#include "cli/exit_code.hpp"
#include "storage/open.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

namespace noded::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A role that keeps users in memory behind the admin routes, as the role api does with a store.
class UserRole final : public Role {
 public:
  explicit UserRole(Node& node) : node_(node) {}

  Task<Result<>> start() override {
    std::vector<http::Route> routes;
    routes.push_back(route(
        http::Method::kPost,
        "/api/admin/users",
        [](http::Request& request) -> Task<http::Response> {
          const auto body = co_await request.read_body(1024);
          if (!body->contains("@"))
            co_return http::Response::json(400, R"({"error":"no e-mail address"})");
          co_return http::Response::json(201, *body);
        }
    ));
    routes.push_back(route(
        http::Method::kGet,
        "/api/admin/users",
        [](http::Request&) -> Task<http::Response> {
          co_return http::Response::json(
              200,
              R"({"users":[{"id":1,"email":"a@example.com","role":"admin","strategy":"password"}]})"
          );
        }
    ));
    routes.push_back(route(
        http::Method::kPatch,
        "/api/admin/users/:email",
        [](http::Request& request) -> Task<http::Response> {
          if (request.parameter("email") != "a b@example.com")
            co_return http::Response::json(404, R"({"error":"no such user"})");
          co_return http::Response::json(200, "{}");
        }
    ));
    co_return node_.router().mount("users", std::move(routes));
  }
  Task<> stop() override { co_return; }

 private:
  static http::Route route(http::Method method, std::string pattern, http::Handler handler) {
    http::Route out{};
    out.method = method;
    out.pattern = std::move(pattern);
    out.handler = std::move(handler);
    return out;
  }

  Node& node_;
};

constexpr Option<std::string> kColour{
    "api.colour", "colour of the answers", "blue", {"blue", "red"}
};

const RoleDescriptor kRole{
    .name = "api",
    .alias = "n1",
    .sentence = "a role for tests",
    .options =
        [] {
          static constexpr const OptionDeclaration* kTable[] = {&kColour};
          return OptionTable(kTable);
        },
    .make = [](Node& node) -> std::unique_ptr<Role> { return std::make_unique<UserRole>(node); },
};
constexpr std::array<const RoleDescriptor*, 1> kBuiltIn{&kRole};

struct Outcome {
  int code;
  std::string output;
  std::string errors;
};

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "noded");
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_program(kBuiltIn, static_cast<int>(arguments.size()), arguments.data());
  std::fflush(stdout);
  std::fflush(stderr);
  std::string output = testing::internal::GetCapturedStdout();
  return {code, std::move(output), testing::internal::GetCapturedStderr()};
}

class ProgramTest : public testing::Test {
 protected:
  std::string file(const std::string& text) const {
    const auto path = directory_.path() / "noded.yaml";
    std::ofstream(path) << text;
    return path.string();
  }
  std::string data() const { return (directory_.path() / "data").string(); }

  // With a store in memory, so that nothing is left; each run begins with an empty one.
  Outcome run_on_data(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data", data(), "--set", "storage.engine=memory"});
    return run(std::move(words));
  }

  test::TemporaryDirectory directory_;
};

struct Usage {
  const char* name;
  std::vector<std::string> words;
  const char* message;
};

class WrongUsage : public testing::TestWithParam<Usage> {};

TEST_P(WrongUsage, EndsWithCodeTwoAndSaysWhy) {
  const Outcome outcome = run(GetParam().words);
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_THAT(outcome.errors, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Words,
    WrongUsage,
    testing::Values(
        Usage{"unknown_command", {"dance"}, "dance"},
        Usage{"unknown_flag", {"run", "--colour", "blue"}, "--colour"},
        Usage{
            "unknown_role", {"--role=tee"}, "--role: this noded has no role tee; it has: api (n1)"
        },
        Usage{"no_role", {"--set", "role="}, "role names no role"},
        Usage{
            "unknown_option",
            {"--set", "http.max_bdy=1MiB"},
            "--set: unknown option http.max_bdy; did you mean http.max_body?"
        },
        Usage{
            "option_without_value",
            {"--set", "http.max_body"},
            "expected KEY=VALUE, not \"http.max_body\""
        },
        Usage{
            "value_out_of_range",
            {"--set", "runtime.loops=0"},
            "--set: runtime.loops: \"0\" is not allowed"
        },
        Usage{
            "no_address",
            {"--listen", "example.com:80"},
            "--listen: listen: \"example.com:80\" is no address to listen on"
        },
        Usage{
            "missing_file",
            {"--config", "no/such/file.yaml"},
            "no/such/file.yaml: cannot open no/such/file.yaml"
        },
        Usage{
            "missing_plugin",
            {"--set", "plugins=no/such/role.so"},
            "plugins: cannot load the plug-in: no/such/role.so"
        },
        Usage{"user_without_verb", {"user"}, "subcommand"},
        Usage{"user_without_address", {"user", "create"}, "EMAIL"},
        Usage{"two_kinds_of_print", {"config", "print", "--sample", "--reference"}, "excludes"}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(ProgramTest, ReportsEveryMistakeOfAFileAtOnce) {
  const std::string path = file("http:\n  max_bdy: 1MiB\nrole: [tee]\nruntime:\n  loops: many\n");
  const Outcome outcome = run({"check-config", path});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_THAT(
      outcome.errors,
      HasSubstr(path + ":2:3: unknown option http.max_bdy; did you mean http.max_body?\n")
  );
  EXPECT_THAT(outcome.errors, HasSubstr(path + ":5:10: runtime.loops: \"many\" is not allowed"));
}

TEST_F(ProgramTest, FindsAFileInOrder) {
  const Outcome outcome =
      run({"check-config", file("role: [n1]\nlisten: [127.0.0.1:0]\napi: {colour: red}\n")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_THAT(outcome.output, testing::EndsWith(": in order\n"));
}

TEST_F(ProgramTest, RefusesItsOwnSampleInNoWay) {
  const Outcome sample = run({"config", "print", "--sample"});
  ASSERT_EQ(sample.code, kDone);
  EXPECT_EQ(run({"check-config", file(sample.output)}).code, kDone);
}

TEST_F(ProgramTest, PrintsValuesWithTheirOrigins) {
  const std::string path = file("api: {colour: red}\n");
  const Outcome outcome =
      run({"config", "print", "--effective", "--config", path, "--set", "runtime.loops=2"});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_THAT(outcome.output, testing::ContainsRegex("  colour: red +# " + path + ":1\n"));
  EXPECT_THAT(outcome.output, testing::ContainsRegex("  loops: 2 +# --set\n"));
  EXPECT_THAT(outcome.output, testing::ContainsRegex("data_dir: \"./noded-data\" +# default\n"));
}

TEST_F(ProgramTest, PrintsAReferenceWithTheOptionsOfItsRoles) {
  EXPECT_THAT(
      run({"config", "print", "--reference"}).output,
      HasSubstr("| `api.colour` | `blue` | blue or red |")
  );
}

TEST_F(ProgramTest, SaysWhatItIs) {
  const Outcome outcome = run({"version"});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_THAT(outcome.output, StartsWith("noded "));
  EXPECT_THAT(outcome.output, HasSubstr("role ABI  " + std::to_string(kRoleAbi)));
  EXPECT_THAT(outcome.output, HasSubstr("api: a role for tests"));
}

TEST_F(ProgramTest, HelpsWithExamplesAndEveryOption) {
  const Outcome help = run({"--help"});
  EXPECT_EQ(help.code, kDone);
  EXPECT_THAT(help.output, HasSubstr("noded user create me@example.com --role admin"));
  EXPECT_THAT(run({"run", "--help"}).output, HasSubstr("api.colour"));
}

TEST_F(ProgramTest, TellsThatNoNodeRuns) {
  for (const char* command : {"status", "health"}) {
    const Outcome outcome = run({command, "--data", data()});
    EXPECT_EQ(outcome.code, kNotRunning) << command;
    EXPECT_THAT(outcome.errors, StartsWith("noded: no node runs at "));
  }
}

TEST_F(ProgramTest, ManagesUsersWithoutARunningNode) {
  {
    storage::StorageSettings settings;
    settings.directory = data() + "/store";
    ASSERT_TRUE(storage::open_engine(settings).has_value());
  }
  const Outcome list = run_on_data({"user", "list"});
  EXPECT_EQ(list.code, kDone) << list.errors;
  EXPECT_THAT(list.output, testing::ContainsRegex("1 +a@example.com +admin +password\n"));
  EXPECT_EQ(run_on_data({"user", "set-role", "a b@example.com", "admin"}).code, kDone);
  const Outcome missing = run_on_data({"user", "set-role", "c@example.com", "admin"});
  EXPECT_EQ(missing.code, kFailed);
  EXPECT_EQ(missing.errors, "noded: no such user\n");
}

TEST_F(ProgramTest, MakesNoDirectoryToListItsUsers) {
  const Outcome outcome = run_on_data({"user", "list"});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.errors, "noded: there is no data directory " + data() + "\n");
  EXPECT_FALSE(std::filesystem::exists(data()));
}

}  // namespace
}  // namespace noded::cli
