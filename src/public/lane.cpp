#include "noded/lane.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <exception>
#include <memory>

namespace noded {
namespace {

using Token = net::use_awaitable_t<net::any_io_executor>;
using Signature = void(std::exception_ptr, bool);
using Handler = net::async_result<Token, Signature>::handler_type;

// Resumes one caller, once, on its own executor. Who claims it first, the lane, the loop that found
// the lane full, or the one that cancels the caller, tells how.
class Resumption {
 public:
  Resumption(Handler handler, net::any_io_executor home)
      : handler_(std::move(handler)), home_(std::move(home)) {}

  bool claim() noexcept { return !is_claimed_.test_and_set(std::memory_order_acq_rel); }

  void post(std::exception_ptr cause, bool has_run) {
    net::post(home_, [handler = std::move(handler_), cause = std::move(cause), has_run]() mutable {
      std::move(handler)(std::move(cause), has_run);
    });
  }

  net::cancellation_slot slot() const { return net::get_associated_cancellation_slot(handler_); }

 private:
  Handler handler_;
  net::any_io_executor home_;
  std::atomic_flag is_claimed_;
};

std::exception_ptr aborted() {
  return std::make_exception_ptr(boost::system::system_error(net::error::operation_aborted));
}

}  // namespace

Task<Result<>> run_on(Lane& lane, std::move_only_function<void()> work) {
  const net::any_io_executor home = co_await net::this_coro::executor;
  auto initiate = [&lane, &work, &home](Handler handler) {
    // Outside of what the lane holds, so that a refused post can still resume the caller.
    auto resumption = std::make_shared<Resumption>(std::move(handler), home);
    if (auto slot = resumption->slot(); slot.is_connected()) {
      slot.assign([resumption](net::cancellation_type) {
        if (resumption->claim()) resumption->post(aborted(), false);
      });
    }
    const bool queued = lane.try_post([resumption, job = std::move(work)]() mutable {
      if (!resumption->claim()) return;
      std::exception_ptr cause;
      try {
        job();
      } catch (...) {  // carried to the caller, where it is rethrown
        cause = std::current_exception();
      }
      resumption->post(std::move(cause), true);
    });
    if (!queued && resumption->claim()) resumption->post(nullptr, false);
  };
  Token token;
  const bool has_run = co_await net::async_initiate<Token, Signature>(std::move(initiate), token);
  if (!has_run) co_return fail(Errc::kOverloaded, "the node is busy; try again");
  co_return Result<>();
}

}  // namespace noded
