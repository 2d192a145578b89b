#include "repository/database/turn_queue.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace noded::database {

Task<TurnQueue::Turn> TurnQueue::take() {
  using Token = net::use_awaitable_t<net::any_io_executor>;
  using Handler = net::async_result<Token, void()>::handler_type;
  const net::any_io_executor home = co_await net::this_coro::executor;
  auto initiate = [this, &home](Handler handler) {
    auto shared = std::make_shared<Handler>(std::move(handler));
    wait_or_go([shared, home] { net::post(home, [shared] { std::move (*shared)(); }); });
  };
  Token token;
  co_await net::async_initiate<Token, void()>(std::move(initiate), token);
  co_return Turn(this);
}

void TurnQueue::wait_or_go(std::function<void()> resume) {
  {
    const std::lock_guard lock(mutex_);
    if (taken_) {
      waiting_.push_back(std::move(resume));
      return;
    }
    taken_ = true;
  }
  resume();
}

void TurnQueue::pass_on() {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      taken_ = false;
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  next();
}

}  // namespace noded::database
