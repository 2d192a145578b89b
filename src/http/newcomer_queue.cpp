#include "http/newcomer_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace noded::http {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});

}  // namespace

bool NewcomerQueue::enter() {
  announce_turn();
  if (taken_ >= kPerTurn || !waiting_.empty()) return false;
  ++taken_;
  return true;
}

Task<> NewcomerQueue::wait() {
  net::steady_timer turn(io_, net::steady_timer::time_point::max());
  struct Place {  // however this task ends, by destruction with its loop too, its place is gone
    std::shared_ptr<NewcomerQueue> queue;
    net::steady_timer* turn;
    ~Place() { std::erase(queue->waiting_, turn); }
  };
  waiting_.push_back(&turn);
  const Place place{shared_from_this(), &turn};
  announce_turn();
  co_await turn.async_wait(kAwait);
}

// What is posted runs behind what is ready by then: that is one turn of the loop.
void NewcomerQueue::announce_turn() {
  if (std::exchange(is_announced_, true)) return;
  net::post(io_, [self = shared_from_this()] { self->begin_turn(); });
}

void NewcomerQueue::begin_turn() {
  is_announced_ = false;
  for (taken_ = 0; taken_ < kPerTurn && !waiting_.empty(); ++taken_) {
    waiting_.front()->cancel();
    waiting_.pop_front();
  }
  if (!waiting_.empty()) announce_turn();
}

}  // namespace noded::http
