#include "modules/auth/recovery/links.hpp"

#include "codec/json.hpp"
#include "modules/auth/session/session.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/transact.hpp"

#include <boost/json/object.hpp>

#include <charconv>
#include <span>
#include <utility>
#include <vector>

namespace noded::auth {
namespace {

constexpr std::size_t kPerCommit = 256;  // links that keep() removes at once

std::unexpected<Error> gone() {
  return fail(Errc::kNotFound, "the link has been used, or is too old", std::string(kLinkGone));
}

std::int64_t parse_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A link of an account, as its list has it.
struct Listed {
  std::string hash;
  std::int64_t expires_ms = 0;
};

Result<std::vector<Listed>> list(Transaction& transaction, const std::string& prefix) {
  std::vector<Listed> listed;
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  while (cursor->next()) {
    listed.push_back(
        {.hash = std::string(cursor->key().substr(prefix.size())),
         .expires_ms = parse_number(cursor->value())}
    );
  }
  if (auto whole = cursor->status(); !whole) return std::unexpected(std::move(whole.error()));
  return listed;
}

}  // namespace

void Links::erase(
    Transaction& transaction, const database::RowKey& user, Purpose purpose, std::string_view hash
) const {
  transaction.erase(link_keys::link(database_.application(), hash));
  transaction.erase(link_keys::of_user(database_.application(), user, purpose, hash));
}

// False: the account has as many as it may.
Result<bool> Links::make_room(Transaction& transaction, const Order& order) const {
  // Of two at once for one account the second runs again and then sees the first.
  const std::string all = link_keys::of_user(database_.application(), order.user, order.purpose);
  transaction.observe(all);
  transaction.announce(all);
  const auto listed = list(transaction, all);
  if (!listed) return std::unexpected(listed.error());
  const Listed* oldest = nullptr;
  std::size_t live = 0;
  for (const Listed& one : *listed) {
    if (one.expires_ms <= now_ms()) {
      erase(transaction, order.user, order.purpose, one.hash);
      continue;
    }
    ++live;
    if (oldest == nullptr || one.expires_ms < oldest->expires_ms) oldest = &one;
  }
  if (live < kMostOfAccount) return true;
  if (order.surplus == Surplus::kRefused) return false;
  erase(transaction, order.user, order.purpose, oldest->hash);
  return true;
}

Task<Result<std::optional<Links::Made>>> Links::make(Order order, SteadyTime deadline) {
  if (size() >= kMost) co_return fail(Errc::kOverloaded, "too many one-time links are open");
  Made made{.token = make_session_token(), .expires_ms = now_ms() + lifetime_.count()};
  const std::string hash = hash_of_session_token(made.token);
  const std::string user = order.user.text();
  const audit::AuditChain chain(database_.application(), clock_);
  auto body = [&](Transaction& transaction) -> Result<bool> {
    auto has_room = make_room(transaction, order);
    if (!has_room || !*has_room) return has_room;
    transaction.put(
        link_keys::link(database_.application(), hash),
        encode(Link{
            .purpose = order.purpose,
            .user = user,
            .address = order.address,
            .expires_ms = made.expires_ms,
            .next = order.next
        })
    );
    transaction.put(
        link_keys::of_user(database_.application(), order.user, order.purpose, hash),
        std::to_string(made.expires_ms)
    );
    const boost::json::object details{{"purpose", name_of(order.purpose)}};
    auto kept = chain.append(
        transaction, done_by(order.actor, "user.link", "user " + user, codec::to_json_text(details))
    );
    if (!kept) return std::unexpected(std::move(kept.error()));
    return true;
  };
  auto stored = co_await database::transact(database_.store(), deadline, std::move(body));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (!*stored) co_return std::nullopt;
  count_.fetch_add(1, std::memory_order_relaxed);
  co_return made;
}

Result<Link> Links::read(Transaction& transaction, std::string_view hash, Purpose purpose) const {
  if (hash.empty()) return gone();
  std::string text;
  const auto found = transaction.get(link_keys::link(database_.application(), hash), text);
  if (!found) return std::unexpected(found.error());
  if (!*found) return gone();
  auto link = decode_link(text);
  if (!link || link->purpose != purpose || link->expires_ms <= now_ms()) return gone();
  return std::move(*link);
}

Task<Result<Link>> Links::find(std::string hash, Purpose purpose, SteadyTime deadline) const {
  auto body = [&](Transaction& transaction) {
    return read(transaction, hash, purpose);
  };
  co_return co_await database::read(database_.store(), deadline, std::move(body));
}

Result<> Links::use(
    Transaction& transaction, std::string_view hash, Purpose purpose, const database::RowKey& user
) const {
  const auto link = read(transaction, hash, purpose);
  if (!link) return std::unexpected(link.error());
  if (link->user != user.text()) return gone();
  const auto others = list(transaction, link_keys::of_user(database_.application(), user, purpose));
  if (!others) return std::unexpected(others.error());
  for (const Listed& one : *others)
    erase(transaction, user, purpose, one.hash);
  erase(transaction, user, purpose, hash);
  return {};
}

Task<Result<>> Links::keep(SteadyTime deadline) {
  const std::string links =
      database::keys::prefix(database_.application(), database::keys::Space::kLink);
  const std::string lists =
      database::keys::prefix(database_.application(), database::keys::Space::kLinkOfUser);
  struct Found {
    std::vector<std::string> ended;  // keys
    std::size_t live = 0;
  };
  const std::int64_t now = now_ms();
  auto walk = [&](Transaction& transaction) -> Result<Found> {
    Found found;
    auto cursor = transaction.scan(prefix_range(links), Direction::kForward);
    while (cursor->next()) {
      const auto link = decode_link(cursor->value());
      if (link && link->expires_ms > now) {
        ++found.live;
      } else {
        found.ended.emplace_back(cursor->key());
      }
    }
    if (auto whole = cursor->status(); !whole) return std::unexpected(std::move(whole.error()));
    cursor = transaction.scan(prefix_range(lists), Direction::kForward);
    while (cursor->next()) {
      if (parse_number(cursor->value()) <= now) found.ended.emplace_back(cursor->key());
    }
    if (auto whole = cursor->status(); !whole) return std::unexpected(std::move(whole.error()));
    return found;
  };
  const auto found = co_await database::read(database_.store(), deadline, std::move(walk));
  if (!found) co_return std::unexpected(found.error());
  count_.store(found->live, std::memory_order_relaxed);
  for (std::size_t begin = 0; begin < found->ended.size(); begin += kPerCommit) {
    const auto part =
        std::span(found->ended).subspan(begin, std::min(kPerCommit, found->ended.size() - begin));
    auto body = [part](Transaction& transaction) -> Result<> {
      for (const std::string& key : part)
        transaction.erase(key);
      return {};
    };
    auto erased = co_await database::transact(database_.store(), deadline, std::move(body));
    if (!erased) co_return erased;
  }
  co_return Result<>();
}

}  // namespace noded::auth
