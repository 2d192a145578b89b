#include "config/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <stdexcept>

namespace noded::config {
namespace {

using Strings = std::vector<std::string>;
using testing::ElementsAre;

constexpr Option<Strings> kListen{"listen", "addresses", {"127.0.0.1:1337"}};
constexpr Option<Strings> kPlugins{"plugins", "libraries", {}, {}, Reload::kRestart, "path"};
constexpr Option<Bytes> kMaxBody{"http.max_body", "largest body", 1_MiB, 1_KiB, 1_GiB};
constexpr Option<std::chrono::milliseconds> kTimeout{
    "http.timeout", "longest request", 30s, 1s, 10min
};
constexpr Option<std::int64_t> kLoops{"runtime.loops", "loops", 1, 1, 64};
constexpr Option<std::string> kDurability{
    "storage.durability", "when done", "synced", {"synced", "os", "none"}
};
constexpr Option<bool> kTls{"http.tls.enabled", "encrypt", false};

OptionSet options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kListen, &kPlugins, &kMaxBody, &kTimeout, &kLoops, &kDurability, &kTls
  };
  OptionSet set;
  EXPECT_TRUE(set.add(kTable).has_value());
  return set;
}

Sources file(std::string text) {
  Sources sources;
  sources.file_name = "noded.yaml";
  sources.file_text = std::move(text);
  return sources;
}

Strings problems_of(const Sources& sources) {
  const OptionSet set = options();
  const auto loaded = load(set, sources);
  Strings out;
  if (loaded.has_value()) return out;
  for (const Problem& problem : loaded.error())
    out.push_back(problem.text());
  return out;
}

TEST(Configuration, HoldsDefaultsWithoutAnySource) {
  const OptionSet set = options();
  const auto loaded = load(set, Sources{});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ((*loaded)->get(kMaxBody), 1_MiB);
  EXPECT_EQ((*loaded)->get(kListen), Strings{"127.0.0.1:1337"});
  EXPECT_EQ((*loaded)->origin("http.max_body"), "default");
}

TEST(Configuration, ThrowsForAnOptionInNoTable) {
  static constexpr Option<bool> kStranger{"stranger", "not declared", false};
  const OptionSet set = options();
  const Configuration configuration(set);
  EXPECT_THROW(configuration.get(kStranger), std::logic_error);
}

TEST(Configuration, ReadsEveryKindFromAFile) {
  const OptionSet set = options();
  const auto loaded = load(set, file(R"(
listen:
  - 0.0.0.0:80
  - "[::1]:80"
plugins: [{path: a.so}, b.so]
http:
  max_body: 2MiB
  timeout: 5s
  tls: {enabled: true}
runtime:
storage: {durability: os}
)"));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ((*loaded)->get(kListen), (Strings{"0.0.0.0:80", "[::1]:80"}));
  EXPECT_EQ((*loaded)->get(kPlugins), (Strings{"a.so", "b.so"}));
  EXPECT_EQ((*loaded)->get(kMaxBody), 2_MiB);
  EXPECT_EQ((*loaded)->get(kTimeout), std::chrono::seconds(5));
  EXPECT_TRUE((*loaded)->get(kTls));
  EXPECT_EQ((*loaded)->get(kDurability), "os");
  EXPECT_EQ((*loaded)->origin("http.timeout"), "noded.yaml:8");
}

TEST(Configuration, TakesOneTextForAListOfOne) {
  const OptionSet set = options();
  const auto loaded = load(set, file("listen: 127.0.0.1:0\n"));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ((*loaded)->get(kListen), Strings{"127.0.0.1:0"});
}

struct Precedence {
  const char* name;
  bool in_file, in_environment, on_command_line;
  std::int64_t loops;
  std::string_view origin;
};

class Sourced : public testing::TestWithParam<Precedence> {};

TEST_P(Sourced, TheLaterSourceWins) {
  const Precedence& row = GetParam();
  Sources sources = file(row.in_file ? "runtime: {loops: 2}" : "");
  if (row.in_environment) sources.environment.emplace_back("NODED_RUNTIME_LOOPS", "3");
  if (row.on_command_line) sources.settings.push_back({"--set", "runtime.loops", "4"});
  const OptionSet set = options();
  const auto loaded = load(set, sources);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ((*loaded)->get(kLoops), row.loops);
  EXPECT_EQ((*loaded)->origin("runtime.loops"), row.origin);
}

INSTANTIATE_TEST_SUITE_P(
    Sources,
    Sourced,
    testing::Values(
        Precedence{"none", false, false, false, 1, "default"},
        Precedence{"file", true, false, false, 2, "noded.yaml:1"},
        Precedence{"environment", true, true, false, 3, "NODED_RUNTIME_LOOPS"},
        Precedence{"command_line", true, true, true, 4, "--set"}
    ),
    [](const auto& info) { return info.param.name; }
);

struct Mistake {
  const char* name;
  const char* text;
  const char* message;
};

class FileMistake : public testing::TestWithParam<Mistake> {};

TEST_P(FileMistake, IsReportedWithItsPlace) {
  EXPECT_THAT(problems_of(file(GetParam().text)), ElementsAre(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Files,
    FileMistake,
    testing::Values(
        Mistake{
            "unknown_option",
            "http:\n  max_bdy: 1MiB\n",
            "noded.yaml:2:3: unknown option http.max_bdy; did you mean http.max_body?"
        },
        Mistake{
            "unknown_section",
            "htpp:\n  max_body: 1MiB\n  timeout: 1s\n",
            "noded.yaml:1:1: unknown option htpp; did you mean http?"
        },
        Mistake{
            "nothing_like_it",
            "favourite_colour: blue\n",
            "noded.yaml:1:1: unknown option favourite_colour"
        },
        Mistake{
            "out_of_range",
            "runtime:\n  loops: 65\n",
            "noded.yaml:2:10: runtime.loops: \"65\" is not allowed; expected an integer from 1 to "
            "64"
        },
        Mistake{
            "wrong_type",
            "runtime: {loops: [1]}\n",
            "noded.yaml:1:18: runtime.loops is a list; expected an integer from 1 to 64"
        },
        Mistake{
            "no_value",
            "runtime:\n  loops:\n",
            "noded.yaml:2:3: runtime.loops is empty; expected an integer from 1 to 64"
        },
        Mistake{
            "no_choice",
            "storage: {durability: maybe}\n",
            "noded.yaml:1:23: storage.durability: \"maybe\" is not allowed; expected synced, os or "
            "none"
        },
        Mistake{
            "text_for_a_section",
            "http: fast\n",
            "noded.yaml:1:7: http is a text; expected a mapping of options"
        },
        Mistake{
            "given_twice",
            "runtime:\n  loops: 1\n  loops: 2\n",
            "noded.yaml:3:3: runtime.loops is given twice; first in line 2"
        },
        Mistake{
            "list_of_lists",
            "listen: [[a]]\n",
            "noded.yaml:1:10: an element of listen is a list; expected a text"
        },
        Mistake{
            "element_of_another_key",
            "plugins: [{file: a.so}]\n",
            "noded.yaml:1:11: an element of plugins is a mapping; expected a text or {path: text}"
        },
        Mistake{
            "a_list_as_file",
            "- listen\n",
            "noded.yaml:1:1: the file is a list; expected a mapping of options"
        },
        Mistake{
            "two_documents",
            "listen: a:1\n---\nlisten: b:1\n",
            "noded.yaml:2:1: the file holds more than one YAML document"
        },
        Mistake{
            "comma_behind_the_document",
            "\"listen\" ,",
            "noded.yaml:1:10: the file holds more than one YAML document"
        },
        Mistake{
            "unclosed_list",
            "listen: [a\n",
            "noded.yaml:2:1: no valid YAML: end of sequence flow not found"
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Configuration, ReportsAllMistakesOfAllSourcesAtOnce) {
  Sources sources = file("htp: 1\nruntime: {loops: none}\nstorage: {durability: never}\n");
  sources.environment.emplace_back("NODED_HTTP_MAXBODY", "1MiB");
  sources.environment.emplace_back("NODED_HTTP_TIMEOUT", "soon");
  sources.settings.push_back({"--set", "http.max_boddy", "1"});
  EXPECT_THAT(
      problems_of(sources),
      ElementsAre(
          "noded.yaml:1:1: unknown option htp; did you mean http?",
          "noded.yaml:2:18: runtime.loops: \"none\" is not allowed; expected an integer from 1 to "
          "64",
          "noded.yaml:3:23: storage.durability: \"never\" is not allowed; expected synced, os or "
          "none",
          "NODED_HTTP_MAXBODY: unknown variable; did you mean NODED_HTTP_MAX_BODY?",
          "NODED_HTTP_TIMEOUT: \"soon\" is not allowed; expected a duration such as 30s or 5min, "
          "from 1s to 10min",
          "--set: unknown option http.max_boddy; did you mean http.max_body?"
      )
  );
}

TEST(Configuration, LeavesReservedVariablesAlone) {
  Sources sources;
  for (const std::string_view name : reserved_variables())
    sources.environment.emplace_back(name, "x");
  EXPECT_THAT(problems_of(sources), ElementsAre());
}

TEST(Configuration, SurvivesAliasesThatContainThemselves) {
  EXPECT_THAT(problems_of(file("http: &a\n  tls: *a\n")), testing::SizeIs(testing::Ge(1)));
}

TEST(Configuration, SurvivesDeepNesting) {
  EXPECT_THAT(problems_of(file(std::string(100'000, '['))), testing::SizeIs(1));
}

TEST(LoadOne, ReadsOneOptionWhateverElseThereIs) {
  Sources sources = file("plugins: [{path: a.so}]\nof_a_plugin: {x: 1}\n");
  sources.settings.push_back({"--set", "of_a_plugin.y", "1"});
  const auto value = load_one(kPlugins, sources);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(std::get<Strings>(*value), Strings{"a.so"});
}

TEST(OptionSet, RefusesANameThatIsTaken) {
  static constexpr Option<bool> kAgain{"http.max_body", "again", false};
  static constexpr Option<bool> kSameVariable{"http_max.body", "same variable", false};
  static constexpr Option<bool> kOfASection{"http", "the name of a section", false};
  static constexpr Option<bool> kInAnOption{"listen.on.more", "an option as a section", false};
  static constexpr const OptionDeclaration* kTables[] = {
      &kAgain, &kSameVariable, &kOfASection, &kInAnOption
  };
  for (const OptionDeclaration* const& again : kTables) {
    OptionSet set = options();
    EXPECT_FALSE(set.add(OptionTable(&again, 1)).has_value()) << again->name;
    EXPECT_EQ(set.names().size(), 7U);
  }
}

TEST(ConfigurationFile, TellsThatThereIsNone) {
  const auto text = read_configuration_file("no/such/noded.yaml");
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().code, Errc::kNotFound);
  EXPECT_EQ(text.error().message, "cannot open no/such/noded.yaml: No such file or directory");
}

TEST(ConfigurationFile, TellsThatItIsADirectory) {
  const auto text = read_configuration_file(testing::TempDir());
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().code, Errc::kUnavailable);
}

TEST(ConfigurationFile, RefusesMoreThanOneMebibyte) {
  const std::string path = testing::TempDir() + "/noded_large.yaml";
  std::FILE* out = std::fopen(path.c_str(), "w");
  ASSERT_NE(out, nullptr);
  const std::string line(1 << 20, '#');
  std::fwrite(line.data(), 1, line.size(), out);
  std::fputc('#', out);
  std::fclose(out);
  const auto text = read_configuration_file(path);
  std::remove(path.c_str());
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace noded::config
