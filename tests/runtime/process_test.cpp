#include "runtime/process.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace noded::runtime {
namespace {

TEST(ReadyFile, HoldsTheWholeTextAndReplacesAnOlderOne) {
  const std::string path = testing::TempDir() + "/noded_ready_test";
  ASSERT_TRUE(write_ready_file(path, "an older and longer text\n").has_value());
  ASSERT_TRUE(write_ready_file(path, "http://127.0.0.1:1\n").has_value());
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::remove(path.c_str());
  EXPECT_EQ(text, "http://127.0.0.1:1\n");
}

TEST(ReadyFile, NamesThePlaceThatCannotBeWritten) {
  const auto written = write_ready_file("no/such/folder/ready", "x");
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(
      written.error().message,
      "cannot write the ready file no/such/folder/ready: No such file or directory"
  );
}

TEST(Process, TellsItsOwnSize) {
  EXPECT_GT(resident_bytes(), std::uint64_t{1} << 20);
  EXPECT_GT(open_file_limit(), 0U);
}

}  // namespace
}  // namespace noded::runtime
