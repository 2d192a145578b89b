// docs/threat_model.md names tests: each of them exists.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
    found.insert((*at)[1].str() + "." + (*at)[2].str());
  return found;
}

TEST(ThreatModel, NamesTestsThatExist) {
  const fs::path root = NODED_SOURCE_DIR;
  static const std::regex kTest(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\))");
  std::set<std::string> tests;
  for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
    if (entry.path().extension() == ".cpp") tests.merge(matches(read(entry.path()), kTest));
  }
  static const std::regex kNamed(R"(`([A-Z]\w+)\.([A-Z]\w+)`)");
  const std::set<std::string> named = matches(read(root / "docs" / "threat_model.md"), kNamed);
  EXPECT_GT(named.size(), 50U);
  for (const std::string& name : named)
    EXPECT_TRUE(tests.contains(name)) << name;
}

}  // namespace
