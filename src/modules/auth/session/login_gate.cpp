#include "modules/auth/session/login_gate.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "crypto/crypto.hpp"
#include "http/client_network.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/transact.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostCounters = 50'000;
// After so long without a failure an account's counter begins anew.
constexpr std::int64_t kMemory_ms = 24LL * 3600 * 1000;
constexpr char kAccount = 'a';
constexpr char kNetwork = 'n';

std::string account_key(std::string_view name) {
  std::string account(name);
  std::ranges::transform(account, account.begin(), codec::to_lower);
  return kAccount + crypto::sha256(account);
}

}  // namespace

LoginGate::Attempt LoginGate::attempt_of(
    const http::Request& request, std::string_view email, std::string_view device
) {
  std::string who = account_key(email);
  if (!device.empty()) who += crypto::sha256(device);
  std::string network = http::client_network(request.peer);
  return {
      .who = std::move(who),
      .network = network.empty() ? std::string() : kNetwork + std::move(network),
      .is_known_device = !device.empty()
  };
}

std::int64_t LoginGate::wait_s(const Attempt& attempt) const {
  const std::int64_t now = now_ms();
  std::int64_t until = now;
  const std::scoped_lock lock(mutex_);
  for (const std::string& key : {attempt.who, attempt.network}) {
    const auto found = counters_.find(key);
    if (found != counters_.end()) until = std::max(until, found->second.until_ms);
  }
  return (until - now + 999) / 1000;
}

std::int64_t LoginGate::delay_ms(std::int64_t failures) const {
  if (failures < limits_.failures) return 0;
  const std::int64_t doublings = std::min<std::int64_t>(failures - limits_.failures, 20);
  return std::min(limits_.delay.count() << doublings, limits_.longest_delay.count());
}

bool LoginGate::is_over(const std::string& key, const Counter& counter) const {
  const std::int64_t lasts =
      key.starts_with(kNetwork) ? limits_.network_window.count() : kMemory_ms;
  return counter.until_ms <= now_ms() && counter.last_ms + lasts <= now_ms();
}

LoginGate::Counter LoginGate::count(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  if (!counters_.contains(key)) make_room();
  Counter& counter = counters_[key];
  if (is_over(key, counter)) counter = {};
  ++counter.failures;
  if (!key.starts_with(kNetwork)) {
    counter.last_ms = now_ms();
    const std::int64_t delay = delay_ms(counter.failures);
    if (delay > 0) counter.until_ms = counter.last_ms + delay;
  } else {
    if (counter.last_ms == 0) counter.last_ms = now_ms();
    if (counter.failures >= limits_.network_failures)
      counter.until_ms = counter.last_ms + limits_.network_window.count();
  }
  return counter;
}

// Under the lock. What makes nobody wait goes first; then whatever comes.
void LoginGate::make_room() {
  if (counters_.size() < kMostCounters) return;
  const std::int64_t now = now_ms();
  std::erase_if(counters_, [now](const auto& entry) { return entry.second.until_ms <= now; });
  while (counters_.size() >= kMostCounters)
    counters_.erase(counters_.begin());
}

Task<> LoginGate::failed(Attempt attempt, SteadyTime deadline) {
  for (std::string* key : {&attempt.who, &attempt.network}) {
    if (key->empty()) continue;
    const Counter counter = count(*key);
    if (counter.until_ms != 0)
      static_cast<void>(co_await store(std::move(*key), counter, deadline));
  }
}

Task<> LoginGate::succeeded(Attempt attempt, SteadyTime deadline) {
  bool is_stored = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = counters_.find(attempt.who);
    if (found == counters_.end()) co_return;
    is_stored = found->second.until_ms != 0;
    counters_.erase(found);
  }
  // What stays by a failure of the store makes somebody wait once more after a restart.
  if (is_stored) static_cast<void>(co_await erase({std::move(attempt.who)}, deadline));
}

std::string LoginGate::encode(const Counter& counter) {
  return codec::to_json_text(json::object{
      {"failures", counter.failures}, {"last", counter.last_ms}, {"until", counter.until_ms}
  });
}

LoginGate::Counter LoginGate::decode(std::string_view text) {
  const auto parsed = codec::parse_json(text, "counter");
  if (!parsed || !parsed->is_object()) return {};
  const auto number = [&](std::string_view name) {
    const json::value* value = parsed->get_object().if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
  };
  return {.failures = number("failures"), .last_ms = number("last"), .until_ms = number("until")};
}

Task<Result<>> LoginGate::load() {
  const std::string prefix =
      database::keys::prefix(database_.application(), database::keys::Space::kLoginFailures);
  using Counters = std::unordered_map<std::string, Counter>;
  auto body = [&](Transaction& transaction) -> Result<Counters> {
    Counters counters;
    const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
    while (cursor->next() && counters.size() < kMostCounters)
      counters.emplace(cursor->key().substr(prefix.size()), decode(cursor->value()));
    if (auto whole = cursor->status(); !whole) return std::unexpected(std::move(whole.error()));
    return counters;
  };
  auto counters = co_await database::read(database_.store(), SteadyTime::max(), std::move(body));
  if (!counters) co_return std::unexpected(std::move(counters.error()));
  const std::scoped_lock lock(mutex_);
  counters_ = std::move(*counters);
  co_return Result<>();
}

Task<Result<>> LoginGate::forget(std::vector<std::string> names, Also also, SteadyTime deadline) {
  std::erase(names, std::string());
  const std::string prefix =
      database::keys::prefix(database_.application(), database::keys::Space::kLoginFailures);
  auto body = [&](Transaction& transaction) -> Result<> {
    for (const std::string& name : names) {
      const auto cursor =
          transaction.scan(prefix_range(prefix + account_key(name)), Direction::kForward);
      while (cursor->next())
        transaction.erase(cursor->key());
      if (auto walked = cursor->status(); !walked) return walked;
    }
    return also(transaction);
  };
  auto forgotten = co_await database::transact(database_.store(), deadline, std::move(body));
  if (!forgotten) co_return forgotten;
  const std::scoped_lock lock(mutex_);
  for (const std::string& name : names) {
    std::erase_if(counters_, [whose = account_key(name)](const auto& entry) {
      return entry.first.starts_with(whose);
    });
  }
  co_return forgotten;
}

Task<Result<>> LoginGate::keep(SteadyTime deadline) {
  std::vector<std::string> stored;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(counters_, [&](const auto& entry) {
      if (!is_over(entry.first, entry.second)) return false;
      if (entry.second.until_ms != 0) stored.push_back(entry.first);
      return true;
    });
  }
  co_return co_await erase(std::move(stored), deadline);
}

Task<Result<>> LoginGate::store(std::string key, Counter counter, SteadyTime deadline) {
  const std::string prefix =
      database::keys::prefix(database_.application(), database::keys::Space::kLoginFailures);
  auto body = [&](Transaction& transaction) -> Result<> {
    transaction.put(prefix + key, encode(counter));
    return {};
  };
  co_return co_await database::transact(database_.store(), deadline, std::move(body));
}

Task<Result<>> LoginGate::erase(std::vector<std::string> keys, SteadyTime deadline) {
  if (keys.empty()) co_return Result<>();
  const std::string prefix =
      database::keys::prefix(database_.application(), database::keys::Space::kLoginFailures);
  auto body = [&](Transaction& transaction) -> Result<> {
    for (const std::string& key : keys)
      transaction.erase(prefix + key);
    return {};
  };
  co_return co_await database::transact(database_.store(), deadline, std::move(body));
}

}  // namespace noded::auth
