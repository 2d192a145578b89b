#include "node/watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace noded::node {
namespace {

constexpr net::as_tuple_t<net::use_awaitable_t<net::any_io_executor>> kAsTuple{};

}  // namespace

Task<> feed_watchdog(
    const runtime::ServiceNotifier& notifier,
    std::vector<net::io_context*> loops,
    std::function<bool()> is_sound
) {
  const auto interval = notifier.watchdog_interval();
  if (!interval) co_return;
  net::steady_timer timer(co_await net::this_coro::executor);
  const auto turned = std::make_shared<std::atomic<std::size_t>>(loops.size());
  while (true) {
    if (turned->load() == loops.size()) {
      if (is_sound()) notifier.alive();
      turned->store(0);
      for (net::io_context* loop : loops)
        net::post(*loop, [turned] { turned->fetch_add(1); });
    }
    timer.expires_after(*interval);
    const auto [fault] = co_await timer.async_wait(kAsTuple);
    if (fault) co_return;
  }
}

}  // namespace noded::node
