#include "cli/password_prompt.hpp"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>

namespace noded::cli {
namespace {

// Turns the echo of a terminal off while it lives.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_on_ = ::tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  ~Silence() {
    if (is_on_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  bool is_on() const { return is_on_; }

 private:
  int terminal_;
  termios before_{};
  bool is_on_ = false;
};

std::optional<std::string> ask_once(std::FILE* terminal, std::string_view question) {
  std::fwrite(question.data(), 1, question.size(), terminal);
  std::fflush(terminal);
  char line[1024];
  const bool is_read = std::fgets(line, sizeof line, terminal) != nullptr;
  std::fputc('\n', terminal);
  std::string text = is_read ? line : "";
  ::explicit_bzero(line, sizeof line);
  if (!text.ends_with('\n')) return std::nullopt;
  text.pop_back();
  return text;
}

}  // namespace

Result<std::string> ask_password() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> terminal(
      std::fopen("/dev/tty", "r+e"), &std::fclose
  );
  if (!terminal)
    return fail(
        Errc::kInvalid, "there is no terminal to ask for the password; use --password-stdin"
    );
  const Silence silence(::fileno(terminal.get()));
  if (!silence.is_on())
    return fail(Errc::kInvalid, "the terminal cannot hide a password; use --password-stdin");
  auto first = ask_once(terminal.get(), "password: ");
  if (!first || first->empty()) return fail(Errc::kInvalid, "no password was typed");
  auto second = ask_once(terminal.get(), "once more: ");
  if (first != second) return fail(Errc::kInvalid, "the two passwords differ");
  return std::move(*first);
}

Result<std::string> read_password_line() {
  std::string line;
  if (!std::getline(std::cin, line) || line.empty()) {
    return fail(Errc::kInvalid, "standard input holds no password in its first line");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace noded::cli
