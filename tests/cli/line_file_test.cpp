#include "cli/line_file.hpp"

#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace noded::cli {
namespace {

using testing::HasSubstr;

TEST(LineReader, GivesLinesWithTheirNumbersAndTheLastWithoutItsEnd) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "a.ndjson";
  std::ofstream(file) << "one\n\nthree";
  auto reader = LineReader::open(file);
  ASSERT_TRUE(reader);
  std::string line;
  EXPECT_TRUE(*reader->next(line));
  EXPECT_EQ(line, "one");
  EXPECT_TRUE(*reader->next(line));
  EXPECT_EQ(line, "");
  EXPECT_TRUE(*reader->next(line));
  EXPECT_EQ(line, "three");
  EXPECT_EQ(reader->line_number(), 3u);
  EXPECT_FALSE(*reader->next(line));
}

TEST(LineReader, GivesALineOfAnyLengthUpToTheLongest) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "a.ndjson";
  constexpr std::size_t kPart = std::size_t{4} << 10;
  const std::vector<std::size_t> sizes{
      kPart - 2, kPart - 1, kPart, 0, 2 * kPart, LineReader::kLongestLine
  };
  {
    std::ofstream stream(file, std::ios::binary);
    for (const std::size_t size : sizes)
      stream << std::string(size, 'x') << '\n';
    stream << std::string(1, '\0') << "last";
  }
  auto reader = LineReader::open(file);
  ASSERT_TRUE(reader);
  std::string line;
  for (const std::size_t size : sizes) {
    const auto more = reader->next(line);
    ASSERT_TRUE(more) << more.error().message;
    EXPECT_TRUE(*more);
    EXPECT_EQ(line.size(), size);
  }
  EXPECT_TRUE(*reader->next(line));
  EXPECT_EQ(line, std::string_view("\0last", 5));
  EXPECT_FALSE(*reader->next(line));
}

TEST(LineReader, RefusesALineThatIsTooLongWithoutReadingItsEnd) {
  auto reader = LineReader::open("/dev/zero");
  ASSERT_TRUE(reader);
  std::string line;
  const auto more = reader->next(line);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::kInvalid);
  EXPECT_EQ(more.error().message, "/dev/zero:1: longer than 32 MiB");
  EXPECT_LT(line.size(), LineReader::kLongestLine + (1 << 20));
}

TEST(LineReader, SaysWhichFileIsMissing) {
  const test::TemporaryDirectory directory;
  const auto reader = LineReader::open(directory.path() / "gone");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Errc::kNotFound);
  EXPECT_THAT(reader.error().message, HasSubstr("gone"));
}

TEST(LineChecksum, TellsLinesFromTheirConcatenation) {
  LineChecksum two;
  two.add("a");
  two.add("b");
  LineChecksum one;
  one.add("ab");
  EXPECT_NE(one.text(), two.text());
  EXPECT_EQ(LineChecksum().text(), "cbf29ce484222325");
}

TEST(Manifest, IsReadAsItWasWritten) {
  const std::string text = manifest_text({true, {{"posts", "posts.ndjson", INT64_MAX, "0123"}}});
  const auto manifest = parse_manifest(text);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_TRUE(manifest->resumed);
  ASSERT_EQ(manifest->entities.size(), 1u);
  EXPECT_EQ(manifest_text(*manifest), text);
}

TEST(Manifest, IsRefusedWithTheReason) {
  struct Bad {
    std::string text;
    std::string_view why;
  };
  const std::string head = R"({"format":"noded-export","version":1,"entities":)";
  const auto with_file = [&head](const std::string& file) {
    return head + R"([{"entity":"e","rows":1,"checksum":"c","file":")" + file + R"("}]})";
  };
  for (const Bad& bad : {
           Bad{"{", "manifest.json"},
           Bad{"[]", "not that of an export"},
           Bad{R"({"format":"other"})", "not that of an export"},
           Bad{R"({"format":"noded-export","version":2})", "another version"},
           Bad{head + "7}", "entities must be an array"},
           Bad{head + "[7]}", "an entity needs"},
           Bad{head + R"([{"entity":"e","rows":-1,"checksum":"c","file":"f"}]})", "an entity needs"
           },
           Bad{with_file("../f"), "without directory"},
           Bad{with_file(".."), "without directory"},
           Bad{with_file(""), "without directory"},
       }) {
    const auto manifest = parse_manifest(bad.text);
    ASSERT_FALSE(manifest) << bad.text;
    EXPECT_THAT(manifest.error().message, HasSubstr(bad.why)) << bad.text;
  }
}

}  // namespace
}  // namespace noded::cli
