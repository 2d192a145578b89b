#include "config/documents.hpp"

#include "config/value_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace noded::config {
namespace {

using Strings = std::vector<std::string>;

constexpr Option<std::int64_t> kDepth{"http.limits.depth", "deepest nesting", 8, 1, 64};
constexpr Option<Bytes> kMaxBody{
    "http.max_body", "largest body", 1_MiB, 1_KiB, 1_GiB, Reload::kLive
};
constexpr Option<std::string> kLevel{"log.level", "least severity", "info", {"info", "error"}};
constexpr Option<Strings> kListen{"listen", "addresses", {"127.0.0.1:1337"}};

OptionSet options() {
  static constexpr const OptionDeclaration* kTable[] = {&kDepth, &kMaxBody, &kLevel, &kListen};
  OptionSet set;
  EXPECT_TRUE(set.add(kTable).has_value());
  return set;
}

TEST(SampleFile, NamesEveryOptionOnceInItsSection) {
  const OptionSet set = options();
  EXPECT_THAT(sample_file(set), testing::EndsWith(R"(# addresses
# (list of texts)
#listen: ["127.0.0.1:1337"]

http:
  # largest body
  # (size from 1KiB to 1GiB)
  #max_body: 1MiB

  limits:
    # deepest nesting
    # (integer from 1 to 64)
    #depth: 8

log:
  # least severity
  # (info or error)
  #level: info
)"));
}

TEST(SampleFile, IsAValidFileThatChangesNothing) {
  const OptionSet set = options();
  Sources sources;
  sources.file_text = sample_file(set);
  const auto loaded = load(set, sources);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().front().text();
  for (const std::string_view name : set.names())
    EXPECT_EQ((*loaded)->origin(name), "default") << name;
}

TEST(SampleFile, IsAValidFileWithEveryOptionTurnedOn) {
  const OptionSet set = options();
  std::istringstream sample(sample_file(set));
  std::string text;
  for (std::string line; std::getline(sample, line);) {
    const std::size_t hash = line.find('#');
    if (hash != std::string::npos && line.substr(hash + 1, 1) != " ") line.erase(hash, 1);
    text += line + "\n";
  }
  Sources sources;
  sources.file_name = "noded.yaml";
  sources.file_text = text;
  const auto loaded = load(set, sources);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().front().text();
  for (const std::string_view name : set.names()) {
    EXPECT_THAT(std::string((*loaded)->origin(name)), testing::StartsWith("noded.yaml:")) << name;
    EXPECT_EQ((*loaded)->value(name), default_value(*set.find(name)));
  }
}

TEST(EffectiveFile, ShowsEachValueWithItsOrigin) {
  const OptionSet set = options();
  Sources sources;
  sources.environment.emplace_back("NODED_LOG_LEVEL", "error");
  const auto loaded = load(set, sources);
  ASSERT_TRUE(loaded.has_value());
  const std::string text = effective_file(**loaded);
  EXPECT_THAT(text, testing::ContainsRegex("  level: error +# NODED_LOG_LEVEL\n"));
  EXPECT_THAT(text, testing::ContainsRegex("listen: \\[\"127.0.0.1:1337\"\\] +# default\n"));
}

TEST(ReferencePage, HasARowForEveryOption) {
  const OptionSet set = options();
  const std::string page = reference_page(set);
  for (const std::string_view name : set.names())
    EXPECT_THAT(page, testing::HasSubstr("| `" + std::string(name) + "` |"));
  EXPECT_THAT(page, testing::HasSubstr("| at once | largest body |"));
}

}  // namespace
}  // namespace noded::config
