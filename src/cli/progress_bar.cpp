#include "cli/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace noded::cli {
namespace {

constexpr std::size_t kCells = 30;
constexpr std::chrono::milliseconds kBetweenDrawings{100};
constexpr std::chrono::seconds kBetweenLines{10};

std::string left_text(std::uint64_t left, double rate) {
  const auto seconds = static_cast<std::uint64_t>(static_cast<double>(left) / rate);
  return fmt::format(", {}:{:02} left", seconds / 60, seconds % 60);
}

}  // namespace

std::string bar_text(
    std::string_view what,
    std::uint64_t done,
    std::uint64_t total,
    std::chrono::milliseconds elapsed
) {
  const double share =
      total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto full = static_cast<std::size_t>(share * kCells);
  std::string text = fmt::format(
      "  {:<16.16} [{}{}] {:3.0f} %  {} of {} rows",
      what,
      std::string(full, '#'),
      std::string(kCells - full, '.'),
      share * 100,
      done,
      total
  );
  const double rate = elapsed.count() <= 0
                          ? 0
                          : static_cast<double>(done) * 1000 / static_cast<double>(elapsed.count());
  if (rate < 1) return text;
  text += fmt::format(", {:.0f} rows/s", rate);
  if (done < total) text += left_text(total - done, rate);
  return text;
}

ProgressBar::ProgressBar(std::uint64_t total_rows)
    : total_(total_rows), is_terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  clear();
}

std::chrono::milliseconds ProgressBar::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - began_);
}

void ProgressBar::advance(std::string_view what, std::uint64_t rows) {
  done_ += rows;
  const auto now = SteadyClock::now();
  const auto between =
      is_terminal_ ? SteadyClock::duration(kBetweenDrawings) : SteadyClock::duration(kBetweenLines);
  if (now - drawn_ < between) return;
  drawn_ = now;
  const std::string text = bar_text(what, done_, total_, elapsed());
  if (is_terminal_) {
    fmt::print(stderr, "\r\x1b[2K{}", text);
    is_drawn_ = true;
  } else {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (is_drawn_) fmt::print(stderr, "\r\x1b[2K");
  is_drawn_ = false;
}

}  // namespace noded::cli
