// NewcomerQueue: requests of connections that the loop does not know yet, a few in each of its
// turns. A crowd that arrives at once waits in this line, and not everybody else behind the crowd.
// Belongs to one loop and runs there.
#pragma once

#include "noded/task.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <memory>

namespace noded::http {

class NewcomerQueue : public std::enable_shared_from_this<NewcomerQueue> {
 public:
  static constexpr std::size_t kPerTurn = 32;

  explicit NewcomerQueue(net::io_context& io) : io_(io) {}
  NewcomerQueue(const NewcomerQueue&) = delete;
  NewcomerQueue& operator=(const NewcomerQueue&) = delete;

  // Takes one of this turn's places. False: none is left, or others wait already.
  bool enter();
  // Returns when it is the caller's turn, or when the caller is cancelled.
  Task<> wait();

 private:
  void begin_turn();
  void announce_turn();

  net::io_context& io_;
  std::deque<net::steady_timer*> waiting_;  // each lies in the task that waits
  std::size_t taken_ = 0;
  bool is_announced_ = false;
};

}  // namespace noded::http
