#include "modules/auth/session/session_upkeep.hpp"

#include "codec/json.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <utility>

namespace noded::auth {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});
constexpr std::chrono::minutes kPeriod{1};

}  // namespace

SessionUpkeep::SessionUpkeep(net::any_io_executor executor, const Parts& parts)
    : parts_(parts), timer_(executor), ended_(executor, net::steady_timer::time_point::max()) {}

void SessionUpkeep::start() {
  is_running_ = true;
  spawn(timer_.get_executor(), "session upkeep", [this] { return run(); });
}

Task<> SessionUpkeep::stop() {
  is_stopping_ = true;
  timer_.cancel();
  while (is_running_)
    co_await ended_.async_wait(kAwait);
}

Task<> SessionUpkeep::run() {
  while (!is_stopping_) {
    timer_.expires_after(kPeriod);
    co_await timer_.async_wait(kAwait);
    co_await keep();  // also the last time, so that a restart forgets nothing
  }
  is_running_ = false;
  ended_.cancel();
}

// What fails is tried again by the next round.
Task<> SessionUpkeep::keep() {
  auto kept = co_await parts_.sessions.keep(SteadyTime::max());
  if (kept) kept = co_await parts_.gate.keep(SteadyTime::max());
  if (kept) kept = co_await parts_.links.keep(SteadyTime::max());
  if (kept) kept = co_await parts_.keys.keep(SteadyTime::max());
  if (kept) kept = co_await parts_.codes.keep(SteadyTime::max());
  if (kept || kept.error().code == Errc::kOverloaded) co_return;
  parts_.log.warning(
      "auth.sessions_not_stored",
      codec::to_json_text(boost::json::object{{"cause", kept.error().message}})
  );
}

}  // namespace noded::auth
