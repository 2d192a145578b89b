// The keys of a node's secrets as an operator meets them, with the real binary.
#include "binary/stored_record.hpp"
#include "repository/database/keys.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace noded {
namespace {

namespace fs = std::filesystem;
using test::SpawnedProgram;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

constexpr std::string_view kSecret = "a-jwt-secret-that-nobody-may-find-on-the-disk";

struct Ended {
  int code;
  std::string output;
  std::string errors;
};

class Secrets : public testing::Test {
 protected:
  Secrets() {
    std::ofstream(path("app.json")) << R"({"auth":{"enabled":true,"jwt":{"secret":")" << kSecret
                                    << R"("},"roles":{"admin":{"implicit_allow":true}}}})";
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  static Ended run(Strings words, const std::string& input = {}) {
    words.insert(words.begin(), NODED_BINARY);
    SpawnedProgram program(std::move(words), input);
    const int code = program.wait();
    return {code, program.output(), program.errors()};
  }
  Ended on(const std::string& data, Strings words, const std::string& input = {}) const {
    words.insert(words.end(), {"--data", path(data)});
    return run(std::move(words), input);
  }
  void make_store() const {
    const Ended made =
        on("data",
           {"user",
            "create",
            "me@example.com",
            "--role",
            "admin",
            "--password-stdin",
            "--app",
            path("app.json")},
           "a long secret\n");
    ASSERT_EQ(made.code, 0) << made.errors;
  }
  // Files below the directory that hold that text.
  Strings files_with(const std::string& directory, std::string_view text) const {
    Strings found;
    for (const auto& entry : fs::recursive_directory_iterator(path(directory))) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.contains(text)) found.push_back(entry.path().string());
    }
    return found;
  }
  // The only key in a key file.
  std::string key_in(const std::string& file) const {
    std::ifstream stream(path(file));
    std::string line;
    std::string last;
    while (std::getline(stream, line))
      last = line;
    return last.substr(0, 8);
  }

  test::TemporaryDirectory directory_;
};

TEST_F(Secrets, LieNowhereInTheDataDirectoryNorInABackup) {
  make_store();
  ASSERT_EQ(run({"backup", path("backups"), "--data", path("data")}).code, 0);
  EXPECT_TRUE(files_with("data", kSecret).empty());
  EXPECT_TRUE(files_with("backups", kSecret).empty());
  EXPECT_FALSE(files_with("data", "me@example.com").empty()) << "the search finds what is there";
  EXPECT_EQ(fs::status(path("data/node.keys")).permissions(), fs::perms{0600});
}

// The store's files are searched for the text as it was before.
TEST_F(Secrets, OfAFormerVersionAreSealedByTheNextStartAndGoFromTheFiles) {
  make_store();
  const std::string readable = R"({"auth":{"jwt":{"secret":"readable-as-before","alg":"HS256"}}})";
  test::rewrite_record(
      path("data/store"),
      database::keys::meta(1, "secrets"),
      [&readable](std::string& stored) { stored = readable; }
  );
  EXPECT_FALSE(files_with("data", "readable-as-before").empty());
  EXPECT_EQ(on("data", {"user", "list"}).code, 0);
  EXPECT_TRUE(files_with("data", "readable-as-before").empty());
  EXPECT_THAT(on("data", {"secrets", "status"}).output, HasSubstr("opens 1 of 1 records, seals"));
}

TEST_F(Secrets, WithoutTheirKeyTheNodeSaysWhichItIsAndWhereItBelongs) {
  make_store();
  const std::string key = key_in("data/node.keys");
  fs::rename(path("data/node.keys"), path("away"));
  const Ended refused = on("data", {"user", "list"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("under the key " + key));
  EXPECT_THAT(refused.errors, HasSubstr(path("data/node.keys")));
  EXPECT_FALSE(fs::exists(path("data/node.keys"))) << "no other key takes its place";
  EXPECT_EQ(on("data", {"user", "list", "--set", "secrets.key_file=" + path("away")}).code, 0);
  fs::rename(path("away"), path("data/node.keys"));
  EXPECT_EQ(on("data", {"user", "list"}).code, 0);
}

TEST_F(Secrets, AreNotServedWithAKeyFileThatOthersMayRead) {
  make_store();
  fs::permissions(path("data/node.keys"), fs::perms{0644});
  const Ended refused = on("data", {"user", "list"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("node.keys has mode 0644 instead of 0600"));
}

TEST_F(Secrets, AreSealedAnewBesideAServingNodeAndOnAStoppedOne) {
  make_store();
  const std::string first = key_in("data/node.keys");
  SpawnedProgram node({NODED_BINARY, "--listen", "127.0.0.1:0", "--data", path("data")});
  ASSERT_FALSE(node.wait_for_line("listening on http://127.0.0.1:").empty()) << node.errors();
  const Ended beside = on("data", {"secrets", "rotate"});
  EXPECT_EQ(beside.code, 0) << beside.errors;
  EXPECT_THAT(beside.output, HasSubstr("The key " + first + " is gone from the file."));
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  const std::string second = key_in("data/node.keys");
  EXPECT_NE(second, first);
  const Ended stopped = on("data", {"secrets", "rotate", "--keep-old", "--json"});
  EXPECT_EQ(stopped.code, 0) << stopped.errors;
  EXPECT_THAT(stopped.output, HasSubstr(R"("removed":[])"));
  EXPECT_THAT(stopped.output, HasSubstr(second));
  const Ended status = on("data", {"secrets", "status"});
  EXPECT_EQ(status.code, 0) << status.errors;
  EXPECT_THAT(status.output, HasSubstr(second + ", opens 0 of 1 records"));
  EXPECT_THAT(status.output, HasSubstr(", opens 1 of 1 records, seals"));
  EXPECT_EQ(on("data", {"user", "list"}).code, 0);
}

TEST_F(Secrets, OfABackupNeedTheKeyWhichTravelsOnlyWhenAsked) {
  make_store();
  const std::string key = key_in("data/node.keys");
  const Ended plain = run({"backup", path("backups"), "--data", path("data")});
  EXPECT_THAT(plain.output, HasSubstr("need the key file " + path("data/node.keys")));
  EXPECT_FALSE(fs::exists(path("backups/node.keys")));
  const Ended checked = on("other", {"restore", path("backups"), "--check"});
  EXPECT_EQ(checked.code, 0) << checked.errors;
  EXPECT_THAT(checked.output, HasSubstr("need the key " + key + ", which is neither in"));
  const Ended refused = on("other", {"restore", path("backups")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("under the key " + key + ", which is neither in"));
  EXPECT_FALSE(fs::exists(path("other")));

  const Ended with_key = run({"backup", path("backups"), "--with-key", "--data", path("data")});
  EXPECT_THAT(with_key.output, HasSubstr("its keys are in " + path("backups") + "/node.keys"));
  EXPECT_EQ(key_in("backups/node.keys"), key);
  const Ended restored = on("other", {"restore", path("backups")});
  EXPECT_EQ(restored.code, 0) << restored.errors;
  EXPECT_THAT(restored.output, HasSubstr("need the key " + key));
  EXPECT_EQ(key_in("other/node.keys"), key);
  EXPECT_EQ(on("other", {"user", "list"}).code, 0);
}

TEST_F(Secrets, OfABackupMayBeRestoredBeforeTheirKeyIsThere) {
  make_store();
  ASSERT_EQ(run({"backup", path("backups"), "--data", path("data")}).code, 0);
  EXPECT_EQ(on("other", {"restore", path("backups"), "--without-key"}).code, 0);
  EXPECT_EQ(on("other", {"user", "list"}).code, 1);
  fs::copy_file(path("data/node.keys"), path("other/node.keys"));
  EXPECT_EQ(on("other", {"user", "list"}).code, 0);
}

TEST_F(Secrets, AreCountedByTheDoctor) {
  make_store();
  const Ended doctor = on("data", {"doctor"});
  EXPECT_EQ(doctor.code, 0) << doctor.output;
  EXPECT_THAT(doctor.output, HasSubstr("secrets    1 sealed, 0 of them under an older key"));
}

}  // namespace
}  // namespace noded
