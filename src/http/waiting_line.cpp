#include "http/waiting_line.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace noded::http {

bool WaitingLine::enter() {
  announce_turn();
  if (taken_ >= kPerTurn || !waiting_->empty()) return false;
  ++taken_;
  return true;
}

void WaitingLine::add(Work work) {
  announce_turn();
  waiting_->push_back(std::move(work));
}

Task<> WaitingLine::turn() {
  using Await = net::use_awaitable_t<net::any_io_executor>;
  return net::async_initiate<const Await, void()>(
      [self = shared_from_this()](Work work) { self->add(std::move(work)); }, Await{}
  );
}

void WaitingLine::announce_turn() {
  if (waiting_ == nullptr) announce(std::make_unique<Waiting>());
}

// What is posted runs behind what is ready by then: that is one turn of the loop.
void WaitingLine::announce(std::unique_ptr<Waiting> waiting) {
  Waiting* const announced = waiting.get();
  net::post(io_, [self = shared_from_this(), waiting = std::move(waiting)]() mutable {
    self->begin_turn(std::move(waiting));
  });
  waiting_ = announced;
}

void WaitingLine::begin_turn(std::unique_ptr<Waiting> waiting) {
  for (taken_ = 0; taken_ < kPerTurn && !waiting->empty(); ++taken_) {
    Work work = std::move(waiting->front());
    waiting->pop_front();
    try {
      std::move(work)();
    } catch (...) {  // the others have their turn all the same
      report_defect("http line", std::current_exception());
    }
  }
  waiting_ = nullptr;
  if (!waiting->empty()) announce(std::move(waiting));
}

}  // namespace noded::http
