// What the binary prints for the system that it is installed on: completions and the man page; and
// the files of the source that hold what it prints or takes.
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

std::string printed(Strings words) {
  words.insert(words.begin(), NODED_BINARY);
  SpawnedProgram program(std::move(words));
  EXPECT_EQ(program.wait(), 0) << program.errors();
  return program.output();
}

Strings lines_of(const std::string& text) {
  std::istringstream stream(text);
  Strings lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

// What bash offers when the last of `words` is completed.
Strings completed(const Strings& words) {
  const test::TemporaryDirectory directory;
  const std::string script = (directory.path() / "noded.bash").string();
  std::ofstream(script) << printed({"completion", "bash"});
  Strings command{
      "/bin/bash",
      "-c",
      R"(source "$0"; COMP_WORDS=(noded "$@"); COMP_CWORD=$#; _noded; printf '%s\n' "${COMPREPLY[@]}")",
      script
  };
  command.insert(command.end(), words.begin(), words.end());
  SpawnedProgram bash(command);
  EXPECT_EQ(bash.wait(), 0);
  EXPECT_EQ(bash.errors(), "");
  return lines_of(bash.output());
}

struct Typed {
  const char* name;
  Strings words;
  const char* offered;
  const char* not_offered;
};

class BashCompletion : public testing::TestWithParam<Typed> {};

TEST_P(BashCompletion, OffersWhatFits) {
  const Strings offers = completed(GetParam().words);
  EXPECT_THAT(offers, Contains(GetParam().offered));
  EXPECT_THAT(offers, Not(Contains(GetParam().not_offered)));
}

INSTANTIATE_TEST_SUITE_P(
    Words,
    BashCompletion,
    testing::Values(
        Typed{"a_command", {"re"}, "reload", "run"},
        Typed{"a_command_of_a_group", {"user", ""}, "set-password", "reload"},
        Typed{"a_flag", {"user", "create", "--"}, "--password-stdin", "--json"},
        Typed{"a_flag_behind_another", {"status", "--json", "--d"}, "--data", "--json"},
        Typed{"an_option", {"--set", "http.max_"}, "http.max_body=", "log.level="},
        Typed{"a_shell", {"completion", ""}, "zsh", "reload"},
        Typed{"a_file", {"run", "--config", "/etc/host"}, "/etc/hostname", "/etc"},
        Typed{"a_directory", {"run", "--data", "/et"}, "/etc", "/etc/hostname"},
        Typed{"a_directory_behind_an_equals_sign", {"--data", "=", "/et"}, "/etc", "reload"}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Completion, IsPrintedForEachShell) {
  EXPECT_THAT(
      printed({"completion", "zsh"}), AllOf(HasSubstr("#compdef noded"), HasSubstr("'reload:let"))
  );
  EXPECT_THAT(
      printed({"completion", "fish"}),
      HasSubstr("complete -c noded -n '__noded_at \" user create\"' -l password-stdin")
  );
  SpawnedProgram unknown({NODED_BINARY, "completion", "csh"});
  EXPECT_EQ(unknown.wait(), 2);
}

// The names that --help lists below "Subcommands:".
Strings commands_of(const Strings& path) {
  Strings words = path;
  words.emplace_back("--help");
  const std::string help = printed(words);
  Strings names;
  bool is_list = false;
  for (const std::string& line : lines_of(help)) {
    const bool is_entry = line.starts_with("  ") && line.size() > 2 && line[2] != ' ';
    if (is_list && is_entry) names.push_back(line.substr(2, line.find(' ', 2) - 2));
    if (!is_entry) is_list = line == "Subcommands:" || (is_list && line.starts_with("   "));
  }
  return names;
}

std::string in_roff(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '-' ? std::string("\\-") : std::string(1, c);
  return out;
}

TEST(ManPage, HasEveryCommand) {
  const std::string page = printed({"man"});
  const Strings commands = commands_of({});
  ASSERT_THAT(commands, Contains("reload"));
  for (const std::string& command : commands) {
    const Strings below = commands_of({command});
    if (below.empty()) EXPECT_THAT(page, HasSubstr("\\fBnoded " + command + "\\fR"));
    for (const std::string& child : below)
      EXPECT_THAT(page, HasSubstr("\\fBnoded " + command + " " + child + "\\fR"));
  }
}

TEST(ManPage, HasEveryOption) {
  const std::string page = printed({"man"});
  int options = 0;
  for (const std::string& line : lines_of(printed({"config", "print", "--reference"}))) {
    if (!line.starts_with("| `")) continue;
    ++options;
    const std::string name = line.substr(3, line.find('`', 3) - 3);
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB" + in_roff(name) + "\\fR\n"));
  }
  EXPECT_GT(options, 20);
}

TEST(ManPage, IsRenderedWithoutAWarning) {
  SpawnedProgram groff(
      {"/bin/sh", "-c", "command -v groff >/dev/null || exit 77; groff -man -ww -z -Tutf8"},
      printed({"man"}),
      {"PATH=/usr/bin:/bin"}
  );
  const int code = groff.wait();
  if (code == 77) GTEST_SKIP() << "there is no groff on this machine";
  EXPECT_EQ(code, 0);
  EXPECT_EQ(groff.errors(), "");
}

std::string source_text(const std::string& path) {
  std::ifstream file(NODED_SOURCE_DIR "/" + path);
  EXPECT_TRUE(file.is_open()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Source, HoldsWhatTheBinaryPrintsOfItsOptions) {
  EXPECT_EQ(source_text("config/noded.yaml"), printed({"config", "print", "--sample"}));
  EXPECT_EQ(source_text("docs/configuration.md"), printed({"config", "print", "--reference"}));
}

TEST(Source, DocumentsEveryMetric) {
  const test::TemporaryDirectory directory;
  SpawnedProgram node(
      {NODED_BINARY, "--listen", "127.0.0.1:0", "--data", (directory.path() / "data").string()}
  );
  const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
  ASSERT_FALSE(port.empty()) << node.errors();
  test::LoopbackClient client(static_cast<std::uint16_t>(std::stoi(port)));
  const auto answer = client.get("/metrics");
  ASSERT_TRUE(answer);
  const std::string page = source_text("docs/operations_metrics.md");
  constexpr std::string_view kType = "# TYPE ";
  int metrics = 0;
  for (const std::string& line : lines_of(answer->body)) {
    if (!line.starts_with(kType)) continue;
    ++metrics;
    const std::string name = line.substr(kType.size(), line.find(' ', kType.size()) - kType.size());
    EXPECT_THAT(page, HasSubstr("`" + name + "`"));
  }
  EXPECT_GT(metrics, 20);
}

TEST(Source, HasExamplesThatAreInOrder) {
  int examples = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(NODED_SOURCE_DIR "/config/examples")) {
    if (file.path().extension() != ".yaml") continue;
    ++examples;
    SpawnedProgram check({NODED_BINARY, "check-config", file.path().string()});
    EXPECT_EQ(check.wait(), 0) << check.errors();
  }
  EXPECT_GT(examples, 0);
}

}  // namespace
}  // namespace noded
