// A process that is killed while it commits loses nothing that it was told is durable.
#include "storage/open.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace noded::storage {
namespace {

constexpr const char* kDirectoryVariable = "NODED_TEST_CRASH_DIRECTORY";

StorageSettings settings_in(const std::filesystem::path& directory) {
  StorageSettings settings;
  settings.directory = directory;
  settings.reserve_bytes = 0;
  settings.write_buffer_bytes = 1 << 20;
  return settings;
}

std::string row(std::uint64_t number) {
  return "row" + std::to_string(number);
}

// The writer: a process of its own, started by the test below. Each commit has a row, a count and
// an entry of the feed; each byte on standard output says that one more is durable.
TEST(CrashWriter, DISABLED_CommitsUntilItIsKilled) {
  const char* directory =
      std::getenv(kDirectoryVariable);  // NOLINT(concurrency-mt-unsafe): set before the start
  ASSERT_NE(directory, nullptr);
  const auto engine = open_engine(settings_in(directory)).value();
  for (std::uint64_t number = engine->last_commit() + 1;; ++number) {
    auto transaction = test::begin(*engine);
    transaction->put(row(number), std::string(2000, 'x'));
    transaction->add("count", 1);
    transaction->append("feed", row(number));
    ASSERT_EQ(test::commit(*engine, std::move(transaction)).value(), number);
    ASSERT_EQ(::write(STDOUT_FILENO, "+", 1), 1);
  }
}

class Writer {
 public:
  explicit Writer(const std::filesystem::path& directory) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = "/proc/self/exe";
    std::string filter = "--gtest_filter=CrashWriter.*";
    std::string disabled = "--gtest_also_run_disabled_tests";
    std::string quiet = "--gtest_brief=1";
    std::string variable = std::string(kDirectoryVariable) + "=" + directory.string();
    std::array<char*, 5> arguments{
        program.data(), filter.data(), disabled.data(), quiet.data(), nullptr
    };
    std::vector<char*> variables{variable.data()};
    for (char** inherited = environ; *inherited != nullptr; ++inherited)
      variables.push_back(*inherited);
    variables.push_back(nullptr);
    const int fault = ::posix_spawn(
        &process_, program.c_str(), &actions, nullptr, arguments.data(), variables.data()
    );
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (fault != 0) throw std::runtime_error("posix_spawn");
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { ::close(output_); }

  // Kills it after `count` commits; returns how many it was told are durable.
  std::uint64_t kill_after(std::uint64_t count) {
    std::uint64_t durable = 0;
    bool is_killed = false;
    std::array<char, 64> bytes{};
    for (ssize_t got = 0; (got = ::read(output_, bytes.data(), bytes.size())) > 0;) {
      for (ssize_t i = 0; i < got; ++i)
        durable += bytes[static_cast<std::size_t>(i)] == '+';
      if (durable >= count && !is_killed) is_killed = ::kill(process_, SIGKILL) == 0;
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    return durable;
  }

 private:
  pid_t process_ = -1;
  int output_ = -1;
};

TEST(RocksdbCrash, LosesNothingThatWasAcknowledged) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "store";
  std::uint64_t before = 0;
  for (const std::uint64_t commits : {1u, 150u, 700u}) {
    const std::uint64_t durable = before + Writer(path).kill_after(commits);
    const auto engine = open_engine(settings_in(path)).value();
    const Sequence last = engine->last_commit();
    EXPECT_GE(last, durable);
    EXPECT_LE(last, durable + 1);  // the one that was under way
    auto transaction = test::begin(*engine);
    for (Sequence number = 1; number <= last; ++number)
      ASSERT_EQ(test::see(*transaction, row(number)), std::string(2000, 'x')) << number;
    EXPECT_EQ(test::see(*transaction, row(last + 1)), "-");
    EXPECT_EQ(transaction->read_counter("count").value(), static_cast<std::int64_t>(last));
    EXPECT_EQ(test::scan(*transaction, prefix_range("feed")).size(), last);
    before = last;
    engine->close();
  }
}

}  // namespace
}  // namespace noded::storage
