#include "repository/database/transact.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace noded::database::detail {

Task<> pause_before(std::uint32_t turn) {
  constexpr std::uint32_t kAtOnce = 3;  // attempts without a pause
  constexpr std::uint32_t kMostDoublings = 6;
  if (turn < kAtOnce) co_return;
  net::steady_timer pause(co_await net::this_coro::executor);
  pause.expires_after(std::chrono::milliseconds(1u << std::min(turn - kAtOnce, kMostDoublings)));
  co_await pause.async_wait(net::use_awaitable_t<net::any_io_executor>{});
}

}  // namespace noded::database::detail
