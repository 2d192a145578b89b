// Progress of something long: a bar that is drawn over itself on a terminal, else a line now and
// then. Written to standard error, so that standard output is the outcome alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace noded::cli {

// The text of the bar. `elapsed` > 0 gives rate and the time that is left. Apart for its test.
std::string bar_text(
    std::string_view what,
    std::uint64_t done,
    std::uint64_t total,
    std::chrono::milliseconds elapsed
);

// One thread at a time.
class ProgressBar {
 public:
  explicit ProgressBar(std::uint64_t total_rows);
  ~ProgressBar();  // ends the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `what` is done now; so many rows more are done. Draws at most ten times a second on a terminal,
  // else once in ten seconds.
  void advance(std::string_view what, std::uint64_t rows);
  // Clears the bar, for what is printed next.
  void clear();
  std::uint64_t done() const { return done_; }
  std::chrono::milliseconds elapsed() const;

 private:
  using SteadyClock = std::chrono::steady_clock;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  const bool is_terminal_;
  bool is_drawn_ = false;
  const SteadyClock::time_point began_ = SteadyClock::now();
  SteadyClock::time_point drawn_ = began_;
};

}  // namespace noded::cli
