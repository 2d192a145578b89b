// What is different in a terminal: its end ends the node, and who waits sees for how long.
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
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

// A node that lets a request wait until it is told to answer.
class PatientNode {
 public:
  explicit PatientNode(const std::string& socket_path)
      : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* bound = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, bound, sizeof address), 0);
    EXPECT_EQ(::chmod(socket_path.c_str(), 0600), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
  }
  ~PatientNode() { ::close(listener_); }
  PatientNode(const PatientNode&) = delete;
  PatientNode& operator=(const PatientNode&) = delete;

  // The connection of the next that asks.
  int accept() const { return ::accept(listener_, nullptr, nullptr); }
  static void answer(int peer, const std::string& body) {
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                             "\r\nConnection: close\r\n\r\n" + body;
    EXPECT_EQ(::send(peer, text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size()));
    char part[4096];
    while (::read(peer, part, sizeof part) > 0) {
    }
    ::close(peer);
  }

 private:
  int listener_;
};

constexpr const char* kNothingFound =
    R"({"entities":0,"rows":0,"index_entries":0,"changes":0,"findings":[],"counts":{},"mended":{}})";

std::string make_data_directory(const test::TemporaryDirectory& directory) {
  std::string data = (directory.path() / "data").string();
  std::filesystem::create_directory(data);
  std::filesystem::permissions(data, std::filesystem::perms::owner_all);
  return data;
}

TEST(Terminal, ShowsHowLongACheckTakesAndThenOnlyWhatItFound) {
  const test::TemporaryDirectory directory;
  const std::string data = make_data_directory(directory);
  const PatientNode node(data + "/noded.sock");
  TerminalProgram doctor({NODED_BINARY, "doctor", "--data", data});
  ASSERT_TRUE(doctor.wait_for("  checking the records ... 0:01")) << doctor.shown();
  PatientNode::answer(node.accept(), kNothingFound);
  EXPECT_TRUE(doctor.wait_for("\r\x1b[2K  data ")) << doctor.shown();
  EXPECT_TRUE(doctor.wait_for("Everything is in order.")) << doctor.shown();
  EXPECT_EQ(doctor.wait(), 0);
}

TEST(Terminal, APipeIsNoneAndWithJsonNothingIsShownOfHowLongItTakes) {
  const test::TemporaryDirectory directory;
  const std::string data = make_data_directory(directory);
  const PatientNode node(data + "/noded.sock");
  TerminalProgram with_json({NODED_BINARY, "doctor", "--json", "--data", data});
  test::SpawnedProgram on_pipe({NODED_BINARY, "doctor", "--data", data});
  const int first = node.accept();
  const int second = node.accept();
  // They wait by now; the line of one that begins later tells that they did so for a second.
  TerminalProgram later({NODED_BINARY, "doctor", "--data", data});
  const int third = node.accept();
  ASSERT_TRUE(later.wait_for("  checking the records ... 0:02")) << later.shown();
  for (const int peer : {first, second, third})
    PatientNode::answer(peer, kNothingFound);
  EXPECT_EQ(on_pipe.wait(), 0);
  EXPECT_EQ(on_pipe.errors(), "");
  EXPECT_TRUE(with_json.wait_for("\"in_order\":true")) << with_json.shown();
  EXPECT_EQ(with_json.wait(), 0);
  EXPECT_FALSE(with_json.shown().contains("checking")) << with_json.shown();
}

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
