// ElapsedLine: something long of which nobody knows how far it is: what is done and for how long,
// on one line of standard error that is drawn over itself.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

namespace noded::cli {

// "  checking the records ... 1:05". Apart for its test.
std::string elapsed_text(std::string_view what, std::chrono::seconds elapsed);

// While it lives the line is there, from the first second on. On a terminal only.
class ElapsedLine {
 public:
  // Not `is_wanted`, or no terminal: nothing is drawn.
  ElapsedLine(std::string_view what, bool is_wanted);

 private:
  std::jthread drawing_;
};

}  // namespace noded::cli
