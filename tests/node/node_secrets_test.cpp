#include "node/node_secrets.hpp"

#include "node/backup_keys.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace noded::node {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class NodeSecretsTest : public testing::Test {
 protected:
  fs::path file(const char* name = "node.keys") const { return directory_.path() / name; }
  static std::unique_ptr<NodeSecrets> open(const fs::path& file) {
    auto opened = NodeSecrets::open(file);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  test::TemporaryDirectory directory_;
};

TEST_F(NodeSecretsTest, MakesItsKeyWhenSomethingIsSealedForTheFirstTime) {
  const auto first = open(file());
  EXPECT_TRUE(first->keys().empty());
  EXPECT_FALSE(fs::exists(file())) << "a store whose key is lost must not get another";
  const auto sealed = first->seal("hush", "here");
  ASSERT_TRUE(sealed) << sealed.error().message;
  EXPECT_TRUE(fs::exists(file()));
  const auto second = open(file());
  EXPECT_EQ(second->open(*sealed, "here").value(), "hush");
  EXPECT_EQ(second->open(*sealed, "there").error().code, Errc::kInvalid);
  EXPECT_EQ(second->key_of(*sealed), first->keys().back());
  EXPECT_EQ(second->key_of(R"({"jwt":{}})"), std::nullopt);
}

TEST_F(NodeSecretsTest, TellsWhichKeyIsMissingAndWhere) {
  const auto sealed = open(file())->seal("hush", "here").value();
  const auto without = open(file("other"));
  const auto refused = without->open(sealed, "here");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kNotFound);
  EXPECT_THAT(refused.error().message, HasSubstr(to_text(*without->key_of(sealed))));
  EXPECT_THAT(
      refused.error().message, HasSubstr(file("other").string() + " (and there is no such")
  );
  ASSERT_TRUE(without->seal("more", "here"));
  EXPECT_THAT(
      without->open(sealed, "here").error().message, HasSubstr(to_text(without->keys().back()))
  );
}

TEST_F(NodeSecretsTest, SealsUnderTheNewestKeyAndOpensUnderAll) {
  const auto secrets = open(file());
  const auto before = secrets->seal("hush", "here").value();
  const auto old = secrets->keys();
  const auto added = secrets->add_key();
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_THAT(secrets->keys(), ElementsAre(old.front(), *added));
  const auto after = secrets->seal("hush", "here").value();
  EXPECT_EQ(secrets->key_of(after), *added);
  const auto again = open(file());
  EXPECT_EQ(again->open(before, "here").value(), "hush");
  EXPECT_EQ(again->open(after, "here").value(), "hush");
  ASSERT_TRUE(secrets->forget_keys(old));
  EXPECT_EQ(secrets->open(before, "here").error().code, Errc::kNotFound);
  EXPECT_THAT(open(file())->keys(), ElementsAre(*added));
  ASSERT_TRUE(secrets->forget_keys(std::array{*added})) << "the key that seals stays";
  EXPECT_THAT(secrets->keys(), ElementsAre(*added));
}

TEST_F(NodeSecretsTest, KeepsAKeyThatSomebodyElseAddedToTheFile) {
  const auto secrets = open(file());
  ASSERT_TRUE(secrets->seal("hush", "here"));
  const auto other = open(file("other"));
  const auto theirs = other->seal("hush", "there").value();
  ASSERT_TRUE(add_missing_keys(file("other"), file()));
  ASSERT_TRUE(secrets->add_key());
  EXPECT_EQ(secrets->keys().size(), 3U);
  EXPECT_EQ(secrets->open(theirs, "there").value(), "hush");
}

TEST_F(NodeSecretsTest, DoesNotPutANewFileInThePlaceOfOneThatIsGone) {
  const auto secrets = open(file());
  const auto sealed = secrets->seal("hush", "here").value();
  fs::remove(file());
  EXPECT_EQ(secrets->add_key().error().code, Errc::kUnavailable);
  EXPECT_FALSE(fs::exists(file()));
  EXPECT_EQ(secrets->open(sealed, "here").value(), "hush");
}

TEST_F(NodeSecretsTest, RefusesAFileThatIsNone) {
  std::ofstream(file()) << "hello\n";
  fs::permissions(file(), fs::perms{0600});
  const auto refused = NodeSecrets::open(file());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(file().string() + ": line 1"));
}

TEST_F(NodeSecretsTest, BackupsGetTheKeysOfTheirTimeInTheirOrder) {
  const auto secrets = open(file());
  ASSERT_TRUE(secrets->seal("hush", "here"));
  const fs::path beside = key_file_of_backups(directory_.path() / "backups");
  fs::create_directory(directory_.path() / "backups");
  ASSERT_TRUE(append_new_keys(file(), beside));
  const auto old = secrets->keys();
  const auto added = secrets->add_key().value();
  ASSERT_TRUE(secrets->forget_keys(old));
  ASSERT_TRUE(append_new_keys(file(), beside));
  EXPECT_THAT(open(beside)->keys(), ElementsAre(old.front(), added));
  // A node with a key of its own goes on sealing under that.
  const auto other = open(file("other"));
  ASSERT_TRUE(other->seal("hush", "here"));
  ASSERT_TRUE(add_missing_keys(beside, file("other")));
  const auto joined = open(file("other"))->keys();
  EXPECT_EQ(joined.size(), 3U);
  EXPECT_EQ(joined.back(), other->keys().back());
}

}  // namespace
}  // namespace noded::node
