#include "noded/lane.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>

namespace noded {
namespace {

using Token = net::use_awaitable_t<net::any_io_executor>;
using Signature = void(std::exception_ptr, bool);
using Handler = net::async_result<Token, Signature>::handler_type;

// Resumes one caller, once, on its own executor.
class Resumption {
 public:
  Resumption(Handler handler, net::any_io_executor home)
      : handler_(std::move(handler)), home_(std::move(home)) {}

  void post(std::exception_ptr cause, bool has_run) {
    net::post(home_, [handler = std::move(handler_), cause = std::move(cause), has_run]() mutable {
      std::move(handler)(std::move(cause), has_run);
    });
  }

 private:
  Handler handler_;
  net::any_io_executor home_;
};

}  // namespace

Task<Result<>> run_on(Lane& lane, std::move_only_function<void()> work) {
  const net::any_io_executor home = co_await net::this_coro::executor;
  auto initiate = [&lane, &work, &home](Handler handler) {
    // Outside of what the lane holds, so that a refused post can still resume the caller.
    auto resumption = std::make_shared<Resumption>(std::move(handler), home);
    const bool queued = lane.try_post([resumption, job = std::move(work)]() mutable {
      std::exception_ptr cause;
      try {
        job();
      } catch (...) {  // carried to the caller, where it is rethrown
        cause = std::current_exception();
      }
      resumption->post(std::move(cause), true);
    });
    if (!queued) resumption->post(nullptr, false);
  };
  Token token;
  const bool has_run = co_await net::async_initiate<Token, Signature>(std::move(initiate), token);
  if (!has_run) co_return fail(Errc::kOverloaded, "the node is busy; try again");
  co_return Result<>();
}

}  // namespace noded
