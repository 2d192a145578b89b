// noded schema as an operator runs it, with the real binary: how its commands end.
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::HasSubstr;
using Strings = std::vector<std::string>;

constexpr int kRows = 20'000;

class SchemaCommand : public testing::Test {
 protected:
  SchemaCommand() {
    const std::string entities =
        R"("entities":{"notes":{"fields":{"title":{"type":"text"},"n":{"type":"number"}}}})";
    const std::string indices = R"("indices":{"by_n":{"entity":"notes","fields":["n"]}})";
    std::ofstream(path("plain.json")) << R"({"data":{)" + entities + "}}";
    std::ofstream(path("indexed.json")) << R"({"data":{)" + entities + "," + indices + "}}";
    std::ofstream rows(path("notes.ndjson"));
    for (int i = 1; i <= kRows; ++i)
      rows << R"({"title":"note","n":)" << i << "}\n";
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  Strings with(Strings words, const std::string& application) const {
    words.insert(words.begin(), NODED_BINARY);
    words.insert(words.end(), {"--data", path("data"), "--app", path(application)});
    return words;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(SchemaCommand, EndsAsABusyNodeDoesWhileAnotherChangeIsUnderWay) {
  SpawnedProgram import(with({"import", path("notes.ndjson")}, "plain.json"));
  ASSERT_EQ(import.wait(), 0) << import.errors();
  SpawnedProgram node(with({"--listen", "127.0.0.1:0"}, "plain.json"));
  ASSERT_FALSE(node.wait_for_line("listening on ").empty()) << node.errors();
  int code = 0;
  std::string errors;
  while (code != 5) {  // a change may be over before the plan comes
    SpawnedProgram apply(with({"schema", "apply"}, "indexed.json"));
    apply.wait_for_line("20000 rows to read");
    SpawnedProgram plan(with({"schema", "plan"}, "indexed.json"));
    code = plan.wait();
    errors = plan.errors();
    ASSERT_TRUE(code == 5 || code == 0) << code << errors;
    ASSERT_EQ(apply.wait(), 0) << apply.errors();
    SpawnedProgram back(with({"schema", "apply"}, "plain.json"));
    ASSERT_EQ(back.wait(), 0) << back.errors();
  }
  EXPECT_THAT(errors, HasSubstr("is under way"));
  SpawnedProgram plan(with({"schema", "plan"}, "indexed.json"));
  EXPECT_EQ(plan.wait(), 4) << "there are changes to make";
  SpawnedProgram cancel(with({"schema", "cancel"}, "plain.json"));
  EXPECT_EQ(cancel.wait(), 1) << "there is nothing to cancel";
}

}  // namespace
}  // namespace noded
