// WaitingLine: what may wait, a few pieces in each turn of a loop: requests of connections that the
// loop does not know yet, and the closing of those that have ended. A crowd that comes or goes at
// once waits in this line, and not everybody else behind the crowd. Belongs to one loop and runs
// there.
#pragma once

#include "noded/task.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <list>
#include <memory>

namespace noded::http {

class WaitingLine : public std::enable_shared_from_this<WaitingLine> {
 public:
  using Work = net::any_completion_handler<void()>;

  static constexpr std::size_t kPerTurn = 2;

  explicit WaitingLine(net::io_context& io) : io_(io) {}
  WaitingLine(const WaitingLine&) = delete;
  WaitingLine& operator=(const WaitingLine&) = delete;

  // Takes one of this turn's places. False: none is left, or others wait already.
  bool enter();
  // Runs `work` when it is its turn; destroys it unrun when the loop ends before. What it throws is
  // a defect, and reported.
  void add(Work work);
  // Returns when it is the caller's turn, which comes whether or not the caller is cancelled.
  Task<> turn();

 private:
  // The work that waits goes with the turn that is announced, and so with the loop's context: what
  // it holds may hold this line.
  using Waiting = std::list<Work>;

  void announce_turn();
  void announce(std::unique_ptr<Waiting> waiting);
  void begin_turn(std::unique_ptr<Waiting> waiting);

  net::io_context& io_;
  Waiting* waiting_ = nullptr;  // of the announced turn
  std::size_t taken_ = 0;
};

}  // namespace noded::http
