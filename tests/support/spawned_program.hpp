// A program that a test runs: the real binary, its output, its end. Everything has one deadline, so
// that a silent program fails a test instead of hanging it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::test {

class SpawnedProgram {
 public:
  static constexpr std::chrono::seconds kPatience{30};

  // `environment` holds NAME=value and is the whole environment.
  SpawnedProgram(
      std::vector<std::string> arguments,
      const std::string& input = {},
      std::vector<std::string> environment = {}
  ) {
    std::array<int, 2> in = make_pipe();
    std::array<int, 2> out = make_pipe();
    std::array<int, 2> err = make_pipe();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    auto argv = pointers(arguments);
    auto envp = pointers(environment);
    const int fault = ::posix_spawn(
        &pid_, arguments.front().c_str(), &actions, nullptr, argv.data(), envp.data()
    );
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(fault, 0) << "cannot run " << arguments.front();
    if (fault != 0) pid_ = -1;
    // Small enough for the pipe's buffer, so that nobody has to read it meanwhile.
    EXPECT_EQ(::write(in[1], input.data(), input.size()), static_cast<ssize_t>(input.size()));
    for (const int end : {in[0], in[1], out[1], err[1]})
      ::close(end);
    streams_ = {Stream{out[0], {}}, Stream{err[0], {}}};
  }
  SpawnedProgram(const SpawnedProgram&) = delete;
  SpawnedProgram& operator=(const SpawnedProgram&) = delete;
  ~SpawnedProgram() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    for (const Stream& stream : streams_)
      ::close(stream.descriptor);
  }

  pid_t pid() const { return pid_; }
  void signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
  }

  // Everything until the program ends; returns its exit code, or minus the signal that ended it.
  int wait() {
    while (receive()) {
    }
    int status = 0;
    if (pid_ > 0) ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  // What follows `prefix` on the line of standard output that begins with it; empty if the program
  // ends before.
  std::string wait_for_line(std::string_view prefix) {
    do {
      const std::string text = "\n" + output();
      const std::size_t start = text.find("\n" + std::string(prefix));
      const std::size_t end = start == std::string::npos ? start : text.find('\n', start + 1);
      if (end != std::string::npos)
        return text.substr(start + 1 + prefix.size(), end - start - 1 - prefix.size());
    } while (receive());
    return {};
  }

  // False if the program ends without having written `text` to standard error.
  bool wait_for_error_text(std::string_view text) {
    while (errors().find(text) == std::string::npos) {
      if (!receive()) return false;
    }
    return true;
  }

  const std::string& output() const { return streams_[0].text; }
  const std::string& errors() const { return streams_[1].text; }

 private:
  struct Stream {
    int descriptor = -1;
    std::string text;
    bool is_over = false;
  };

  static std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    return ends;
  }

  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts)
      out.push_back(text.data());
    out.push_back(nullptr);
    return out;
  }

  // Takes what has come of either stream; false once both are over.
  bool receive() {
    std::array<pollfd, 2> ready{};
    for (std::size_t i = 0; i < 2; ++i)
      ready[i] = {streams_[i].is_over ? -1 : streams_[i].descriptor, POLLIN, 0};
    if (streams_[0].is_over && streams_[1].is_over) return false;
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
    if (::poll(ready.data(), 2, static_cast<int>(patience.count())) <= 0) {
      ADD_FAILURE() << "the program stays silent; so far: " << output() << errors();
      signal(SIGKILL);
      return false;
    }
    for (std::size_t i = 0; i < 2; ++i) {
      if (ready[i].revents == 0) continue;
      std::array<char, 16384> part{};
      const ssize_t size = ::read(streams_[i].descriptor, part.data(), part.size());
      if (size > 0) streams_[i].text.append(part.data(), static_cast<std::size_t>(size));
      if (size <= 0) streams_[i].is_over = true;
    }
    return true;
  }

  pid_t pid_ = -1;
  std::array<Stream, 2> streams_;
};

}  // namespace noded::test
