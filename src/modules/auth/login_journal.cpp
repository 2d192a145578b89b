#include "modules/auth/login_journal.hpp"

#include "codec/json.hpp"
#include "repository/audit/actor.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPause{1};

audit::Act login_of(const http::Request& request, const std::string& user_id) {
  audit::Act act = done_by(
      audit::actor_of(request), "login", user_id.empty() ? "unknown account" : "user " + user_id
  );
  act.actor = "anonymous";  // until now
  return act;
}

void add_some(std::set<std::string>& texts, const std::string& text) {
  if (texts.size() < LoginJournal::kMostNamed) texts.insert(text);
}

}  // namespace

Task<> LoginJournal::succeeded(const http::Request& request, const std::string& user_id) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.successes.size() < kMostWaiting) {
      waiting_.successes.push_back(login_of(request, user_id));
    } else {
      ++waiting_.more_successes;
    }
  }
  co_await begin();
}

Task<> LoginJournal::failed(const http::Request& request, const std::string& user_id) {
  {
    audit::Act act = login_of(request, user_id);
    act.result = "refused";
    const std::scoped_lock lock(mutex_);
    add_some(waiting_.targets, act.target);
    add_some(waiting_.addresses, act.actor_ip);
    if (waiting_.failures++ == 0) waiting_.failure = std::move(act);
  }
  co_await begin();
}

Task<> LoginJournal::begin() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(is_running_, true)) co_return;
  }
  const auto executor = co_await net::this_coro::executor;
  spawn(executor, "login journal", [this] { return run(); });
}

LoginJournal::Waiting LoginJournal::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(waiting_, {});
}

std::vector<audit::Act> LoginJournal::acts_of(Waiting waiting) {
  std::vector<audit::Act> acts = std::move(waiting.successes);
  if (waiting.more_successes > 0) {
    audit::Act& last = acts.back();
    last.details = codec::to_json_text(json::object{{"more", waiting.more_successes}});
  }
  if (waiting.failures == 0) return acts;
  acts.push_back(std::move(waiting.failure));
  if (waiting.failures == 1) return acts;
  acts.back().target = "several attempts";
  acts.back().actor_ip = waiting.addresses.size() == 1 ? *waiting.addresses.begin() : "several";
  acts.back().details = codec::to_json_text(json::object{
      {"attempts", waiting.failures},
      {"targets", json::array(waiting.targets.begin(), waiting.targets.end())},
      {"addresses", json::array(waiting.addresses.begin(), waiting.addresses.end())},
  });
  return acts;
}

Task<> LoginJournal::flush() {
  Waiting waiting = take();
  if (waiting.is_empty()) co_return;
  auto body = [this, acts = acts_of(std::move(waiting))](Transaction& transaction) -> Result<> {
    for (const audit::Act& act : acts) {
      if (auto kept = chain_.append(transaction, act); !kept) return kept;
    }
    return {};
  };
  const auto kept =
      co_await database::transact(database_.store(), SteadyTime::max(), std::move(body));
  if (kept) co_return;
  const json::object fields{{"cause", kept.error().message}};
  log_.warning("logins are missing in the audit chain", codec::to_json_text(fields));
}

Task<> LoginJournal::run() {
  net::steady_timer pause(co_await net::this_coro::executor);
  while (true) {
    co_await flush();
    pause.expires_after(kPause);
    co_await pause.async_wait(net::use_awaitable_t<net::any_io_executor>());
    const std::scoped_lock lock(mutex_);
    is_running_ = !waiting_.is_empty();
    if (!is_running_) break;
  }
}

}  // namespace noded::auth
