#include "node/key_file.hpp"

#include "codec/text.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace noded::node {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string line_of(const std::string& bytes) {
  return to_text(id_of_key(bytes)) + " " + codec::base64_encode(bytes) + "\n";
}

const std::string kOne(32, 'a');
const std::string kTwo(32, 'b');

class KeyFile : public testing::Test {
 protected:
  fs::path file() const { return directory_.path() / "node.keys"; }
  void write(std::string_view text, fs::perms mode = fs::perms{0600}) const {
    std::ofstream(file()) << text;
    fs::permissions(file(), mode);
  }
  void write_one() const {
    NodeKeys keys;
    ASSERT_TRUE(keys.add_last(kOne));
    ASSERT_TRUE(write_key_file(file(), keys));
  }
  test::TemporaryDirectory directory_;
};

TEST_F(KeyFile, IsReadAsItWasWrittenAndBelongsToItsOwnerAlone) {
  NodeKeys keys;
  ASSERT_TRUE(keys.add_last(kOne));
  ASSERT_TRUE(keys.add_last(kTwo));
  ASSERT_TRUE(keys.add_last(kOne)) << "what is there is not added again";
  ASSERT_TRUE(write_key_file(file(), keys));
  struct stat status{};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto read = read_key_file(file());
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->all().size(), 2U);
  EXPECT_EQ(read->all()[0].bytes, kOne);
  EXPECT_EQ(read->all()[1].bytes, kTwo);
  EXPECT_TRUE(read->has(id_of_key(kTwo)));
  EXPECT_FALSE(fs::exists(file().string() + ".new"));
}

TEST_F(KeyFile, IsReplacedWhateverAWriteThatWasCutOffLeft) {
  std::ofstream(file().string() + ".new") << "half";
  fs::permissions(file().string() + ".new", fs::perms{0644});
  write_one();
  EXPECT_TRUE(read_key_file(file()));
}

TEST_F(KeyFile, IsRefusedByNameWhenOthersMayReadIt) {
  for (const unsigned mode : {0640U, 0604U, 0620U}) {
    write_one();
    fs::permissions(file(), fs::perms{mode});
    const auto refused = read_key_file(file());
    ASSERT_FALSE(refused) << mode;
    EXPECT_EQ(refused.error().code, Errc::kForbidden);
    EXPECT_THAT(refused.error().message, HasSubstr(file().string()));
    EXPECT_THAT(refused.error().message, HasSubstr("chmod 600"));
  }
}

TEST_F(KeyFile, OfTheServiceManagerMayHaveTheBitOfItsAccessList) {
  write_one();
  fs::permissions(file(), fs::perms{0440});
  ::setenv("CREDENTIALS_DIRECTORY", directory_.path().c_str(), 1);
  const auto credential = read_key_file(file());
  fs::permissions(file(), fs::perms{0444});
  const auto open_to_all = read_key_file(file());
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_TRUE(credential);
  EXPECT_FALSE(open_to_all);
}

TEST_F(KeyFile, ThatIsMissingOrNoFileIsToldApart) {
  EXPECT_EQ(read_key_file(file()).error().code, Errc::kNotFound);
  fs::create_directory(file());
  EXPECT_EQ(read_key_file(file()).error().code, Errc::kInvalid);
  NodeKeys keys;
  ASSERT_TRUE(keys.add_last(kOne));
  EXPECT_EQ(
      write_key_file(directory_.path() / "none" / "keys", keys).error().code, Errc::kUnavailable
  );
}

struct BadText {
  std::string text;
  std::string reason;
};

TEST(KeyFileText, IsRefusedWithTheLineThatIsWrongAndNothingOfAKey) {
  const std::string head = "noded-keys 1\n";
  const std::string one = line_of(kOne);
  const BadText rows[] = {
      {"", "there is no key in it"},
      {head, "there is no key in it"},
      {one, R"(line 1: expected "noded-keys 1")"},
      {"noded-keys 2\n" + one, R"(line 1: expected "noded-keys 1")"},
      {"# text\n\n" + head + one + one, "line 5: the key is there twice"},
      {head + "key\n", "line 2: expected ID KEY"},
      {head + one.substr(0, 9) + "YWFh\n", "line 2: the key is not 32 bytes in base64"},
      {head + one.substr(0, 20) + "\n", "line 2: the key is not 32 bytes in base64"},
      {head + "00000000" + one.substr(8), "line 2: the key is not the one that its name stands for"
      },
  };
  for (const BadText& row : rows) {
    const auto refused = parse_key_file(row.text);
    ASSERT_FALSE(refused) << row.text;
    EXPECT_EQ(refused.error().message, row.reason);
    EXPECT_THAT(refused.error().message, Not(HasSubstr(codec::base64_encode(kOne))));
  }
}

TEST(KeyFileText, HoldsAHundredKeysAtMost) {
  NodeKeys keys;
  for (std::size_t i = 0; i < NodeKeys::kMost; ++i)
    ASSERT_TRUE(keys.add_last(std::string(31, 'k') + static_cast<char>(i)));
  EXPECT_TRUE(parse_key_file(key_file_text(keys)));
  EXPECT_EQ(keys.add_last(kOne).error().code, Errc::kTooLarge);
  EXPECT_FALSE(parse_key_file(key_file_text(keys) + line_of(kOne)));
}

}  // namespace
}  // namespace noded::node
