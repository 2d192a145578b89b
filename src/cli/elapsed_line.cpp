#include "cli/elapsed_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stop_token>

namespace noded::cli {
namespace {

void draw(const std::stop_token& stop, const std::string& what) {
  const auto began = std::chrono::steady_clock::now();
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  const auto is_over = [&stop] {
    return stop.stop_requested();
  };
  bool is_drawn = false;
  while (!stopped.wait_for(lock, stop, std::chrono::seconds(1), is_over)) {
    const auto elapsed =
        std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
    fmt::print(stderr, "\r\x1b[2K{}", elapsed_text(what, elapsed));
    std::fflush(stderr);
    is_drawn = true;
  }
  if (is_drawn) fmt::print(stderr, "\r\x1b[2K");
}

}  // namespace

std::string elapsed_text(std::string_view what, std::chrono::seconds elapsed) {
  const auto seconds = elapsed.count();
  return fmt::format("  {} ... {}:{:02}", what, seconds / 60, seconds % 60);
}

ElapsedLine::ElapsedLine(std::string_view what, bool is_wanted) {
  if (!is_wanted || ::isatty(STDERR_FILENO) == 0) return;
  drawing_ =
      std::jthread([text = std::string(what)](const std::stop_token& stop) { draw(stop, text); });
}

}  // namespace noded::cli
