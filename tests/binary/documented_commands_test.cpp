// The commands that the documents show are commands of this binary, with flags that it has.
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace noded {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// Lines of code in a page of Markdown: within fences, or indented.
std::vector<std::string> code_of(const fs::path& page) {
  std::ifstream file(page);
  EXPECT_TRUE(file.is_open()) << page;
  std::vector<std::string> code;
  bool is_fenced = false;
  for (std::string line; std::getline(file, line);) {
    const bool is_indented = line.starts_with("    ");
    if (line.starts_with("```")) {
      is_fenced = !is_fenced;
    } else if (is_fenced || is_indented) {
      code.push_back(line.substr(is_fenced ? 0 : 4));
    }
  }
  return code;
}

// The command of a line, without prompt, comment and what it is piped into; empty: there is none,
// or it serves until it is told to stop.
std::string command_in(std::string line) {
  if (line.starts_with("$ ")) line.erase(0, 2);
  constexpr std::string_view kBuilt = "build/release/";
  if (line.starts_with(kBuilt)) line.erase(0, kBuilt.size());
  line = line.substr(0, line.find(" #"));
  line = line.substr(0, line.find(" |"));
  constexpr std::string_view kProgram = "noded ";
  const std::size_t word = line.find_first_not_of(' ', kProgram.size());
  const bool is_command = line.starts_with(kProgram) && word != std::string::npos;
  return is_command && line[word] != '-' ? line : std::string();
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

TEST(Documents, ShowOnlyCommandsThatAreUnderstood) {
  std::vector<fs::path> pages = {NODED_SOURCE_DIR "/README.md", NODED_SOURCE_DIR "/README.zh.md"};
  for (const auto& page : fs::directory_iterator(NODED_SOURCE_DIR "/docs"))
    pages.push_back(page.path());
  int commands = 0;
  for (const fs::path& page : pages) {
    for (const std::string& line : code_of(page)) {
      std::string command = command_in(line);
      if (command.empty()) continue;
      ++commands;
      // What it works on is not there; a word that is not known is told before that.
      const test::TemporaryDirectory directory;
      replace_all(command, "/var/lib/", directory.path().string() + "/");
      replace_all(command, "/backups/", directory.path().string() + "/");
      command.replace(0, std::string_view("noded").size(), NODED_BINARY);
      test::SpawnedProgram program(
          {"/bin/sh", "-c", "cd '" + directory.path().string() + "' && " + command}
      );
      EXPECT_NE(program.wait(), 0) << page << ": " << line;
      EXPECT_THAT(program.errors(), Not(HasSubstr("Run with --help"))) << page << ": " << line;
    }
  }
  EXPECT_GE(commands, 20);
}

}  // namespace
}  // namespace noded
