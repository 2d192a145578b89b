// A node in a terminal that is closed.
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

namespace noded {
namespace {

// A program in a terminal of its own.
class TerminalProgram {
 public:
  explicit TerminalProgram(std::vector<std::string> words) {
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    std::vector<char*> arguments;
    for (std::string& word : words)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ~TerminalProgram() {
    close_terminal();
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;

  bool wait_for(const std::string& text) {
    char part[1024];
    while (!shown_.contains(text)) {
      const ssize_t count = ::read(terminal_, part, sizeof part);
      if (count <= 0) return false;
      shown_.append(part, static_cast<std::size_t>(count));
    }
    return true;
  }
  void signal(int number) const { ::kill(pid_, number); }
  void close_terminal() {
    if (terminal_ >= 0) ::close(std::exchange(terminal_, -1));
  }
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& shown() const { return shown_; }

 private:
  pid_t pid_ = 0;
  int terminal_ = -1;
  std::string shown_;
};

TEST(Terminal, ItsEndEndsTheNodeButAHangupAloneReloads) {
  const test::TemporaryDirectory directory;
  TerminalProgram node(
      {NODED_BINARY,
       "--listen",
       "127.0.0.1:0",
       "--data",
       (directory.path() / "data").string(),
       "--set",
       "log.form=json"}
  );
  ASSERT_TRUE(node.wait_for("Ctrl-C stops the node")) << node.shown();
  node.signal(SIGHUP);
  ASSERT_TRUE(node.wait_for("\"reloaded\"")) << node.shown();
  node.close_terminal();
  EXPECT_EQ(node.wait(), 0);
}

}  // namespace
}  // namespace noded
