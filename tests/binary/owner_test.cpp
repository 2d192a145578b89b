// Commands of root on a data directory that belongs to the user of a service.
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using Strings = std::vector<std::string>;
namespace fs = std::filesystem;

constexpr uid_t kService = 65'533;

class Owner : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may give a directory away";
    fs::permissions(directory_.path(), fs::perms(0755));
    make(data());
    make(backups());
  }
  static void make(const fs::path& path) {
    fs::create_directory(path);
    fs::permissions(path, fs::perms::owner_all);
    ASSERT_EQ(::chown(path.c_str(), kService, kService), 0);
  }
  fs::path data() const { return directory_.path() / "data"; }
  fs::path backups() const { return directory_.path() / "backups"; }

  void run(Strings words, const std::string& input = "") const {
    words.insert(words.begin(), NODED_BINARY);
    words.insert(words.end(), {"--data", data().string()});
    SpawnedProgram program(words, input);
    EXPECT_EQ(program.wait(), 0) << program.output() << program.errors();
  }
  void expect_all_is_the_service_s() const {
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path())) {
      struct stat status{};
      ASSERT_EQ(::lstat(entry.path().c_str(), &status), 0);
      EXPECT_EQ(status.st_uid, kService) << entry.path();
      EXPECT_EQ(status.st_gid, kService) << entry.path();
      ++files;
    }
    EXPECT_GT(files, 4);
  }

  test::TemporaryDirectory directory_;
};

TEST_F(Owner, StaysTheOneOfWhatRootMakesWhileNoNodeRuns) {
  run({"user", "create", "me@example.com", "--role", "admin", "--password-stdin"}, "a long secret");
  run({"doctor", "--repair"});
  run({"backup", backups().string()});
  expect_all_is_the_service_s();
  fs::remove_all(data() / "store");
  run({"restore", backups().string()});
  expect_all_is_the_service_s();
}

}  // namespace
}  // namespace noded
