#include "modules/auth/session/sessions.hpp"

#include "crypto/crypto.hpp"
#include "modules/auth/session/refresh_token.hpp"
#include "modules/auth/session/session_keys.hpp"
#include "repository/database/transact.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kRefreshKeySize = 32;
constexpr std::size_t kPerCommit = 256;  // sessions that keep() writes at once

std::int64_t parse_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<std::int64_t> read_version(
    Transaction& transaction, std::uint16_t application, std::string_view user
) {
  std::string text;
  const auto found = transaction.get(session_keys::version(application, user), text);
  if (!found) return std::unexpected(found.error());
  return *found ? parse_number(text) : 0;
}

// Everything that the store knows of sessions.
struct Stored {
  std::vector<std::pair<std::string, std::int64_t>> versions;
  std::vector<LiveSessions::Entry> sessions;
  std::vector<std::string> disabled;  // accounts
};

Result<Stored> read_all(Transaction& transaction, std::uint16_t application) {
  Stored stored;
  const auto walk = [&](database::keys::Space space, auto take) -> Result<> {
    const std::string prefix = database::keys::prefix(application, space);
    const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
    while (cursor->next())
      take(std::string(cursor->key().substr(prefix.size())), cursor->value());
    return cursor->status();
  };
  auto versions =
      walk(database::keys::Space::kSessionVersion, [&](std::string user, std::string_view value) {
        stored.versions.emplace_back(std::move(user), parse_number(value));
      });
  if (!versions) return std::unexpected(std::move(versions.error()));
  auto sessions =
      walk(database::keys::Space::kSession, [&](std::string hash, std::string_view value) {
        // One that cannot be read is one that nobody has.
        auto session = decode_session(value);
        stored.sessions.push_back(
            {.hash = std::move(hash), .session = session ? std::move(*session) : Session{}}
        );
      });
  if (!sessions) return std::unexpected(std::move(sessions.error()));
  auto disabled = disabled_accounts(transaction, application);
  if (!disabled) return std::unexpected(std::move(disabled.error()));
  stored.disabled = std::move(*disabled);
  return stored;
}

}  // namespace

Task<Result<>> Sessions::load() {
  const std::uint16_t application = database_.application();
  auto stored = co_await database::read(
      database_.store(),
      SteadyTime::max(),
      [application](Transaction& transaction) { return read_all(transaction, application); }
  );
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  for (const std::string& user : stored->disabled)
    accounts_.set_disabled(user, true);
  for (const auto& [user, version] : stored->versions)
    live_.set_version(user, version);
  std::ranges::sort(stored->sessions, {}, [](const LiveSessions::Entry& entry) {
    return entry.session.seen_ms;
  });
  std::vector<std::string> refused;
  for (auto& [hash, session] : stored->sessions) {
    if (!live_.add(hash, std::move(session))) refused.push_back(std::move(hash));
  }
  live_.add_ended(std::move(refused));
  co_return Result<>();
}

Task<Result<Sessions::Opened>> Sessions::open(
    Session session, bool with_refresh, SteadyTime deadline, const Addition& addition
) {
  Opened opened{.token = make_session_token(), .refresh = {}, .id = {}};
  const std::string hash = hash_of_session_token(opened.token);
  opened.id = session_id(hash);
  session.created_ms = session.seen_ms = now_ms();
  session.expires_ms = opened.expires_ms = session.created_ms + rules_.lifetime.count();
  session.refresh_key = crypto::random_bytes(kRefreshKeySize);
  const RefreshToken refresh = first_refresh_token(opened.id);
  if (with_refresh) opened.refresh = refresh.text();
  const std::uint16_t application = database_.application();
  auto body = [&](Transaction& transaction) -> Result<> {
    // Read with the write, so that of this and an end of all at once one sees the other.
    const auto version = read_version(transaction, application, session.user);
    if (!version) return std::unexpected(version.error());
    session.version = *version;
    const auto shut = is_disabled(transaction, application, session.user);
    if (!shut) return std::unexpected(shut.error());
    if (*shut) return fail(Errc::kUnauthorized, "Invalid credentials", "AuthException");
    transaction.put(session_keys::session(application, hash), encode(session));
    if (with_refresh) {
      transaction.put(
          session_keys::refresh(application, hash, refresh.hash()), encode(RefreshUse{})
      );
    }
    return addition ? addition(transaction) : Result<>();
  };
  auto stored = co_await database::transact(database_.store(), deadline, std::move(body));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  opened.version = session.version;
  if (!live_.add(hash, std::move(session))) {
    co_return fail(Errc::kConflict, "the account's sessions were ended meanwhile");
  }
  co_return opened;
}

IdentityPtr Sessions::find(std::string_view token) {
  IdentityPtr found = live_.find(hash_of_session_token(token), now_ms());
  return found != nullptr && accounts_.is_disabled(found->user_id) ? nullptr : found;
}

bool Sessions::is_valid(const Identity& identity) {
  if (accounts_.is_disabled(identity.user_id)) return false;
  if (identity.session_version < live_.version_of(identity.user_id)) return false;
  return identity.session.empty() || live_.is_live(identity.session, now_ms());
}

Task<Result<bool>> Sessions::end(std::string id, SteadyTime deadline) {
  std::string hash = live_.remove(id);
  if (hash.empty()) co_return false;
  auto erased = co_await erase({std::move(hash)}, deadline);
  if (!erased) co_return std::unexpected(std::move(erased.error()));
  co_return true;
}

Task<Result<std::size_t>> Sessions::end_all(std::string user, SteadyTime deadline) {
  auto body = [&](Transaction& transaction) {
    return raise(transaction, user);
  };
  const auto version = co_await database::transact(database_.store(), deadline, std::move(body));
  if (!version) co_return std::unexpected(version.error());
  co_return put_in_force(user, *version);  // keep() removes what is of no use any more
}

Result<std::int64_t> Sessions::raise(Transaction& transaction, std::string_view user) const {
  const std::uint16_t application = database_.application();
  const auto version = read_version(transaction, application, user);
  if (!version) return version;
  transaction.put(session_keys::version(application, user), std::to_string(*version + 1));
  return *version + 1;
}

Task<Result<Sessions::Refreshed>> Sessions::refresh(
    std::string text, std::string client, SteadyTime deadline
) {
  const auto token = parse_refresh_token(text);
  const std::string hash = token ? live_.hash_of(token->id, now_ms()) : std::string();
  if (hash.empty()) co_return Refreshed{};
  const std::uint16_t application = database_.application();
  auto body = [&](Transaction& transaction) -> Result<Refreshed> {
    std::string bytes;
    auto found = transaction.get(session_keys::session(application, hash), bytes);
    if (!found) return std::unexpected(found.error());
    if (!*found) return Refreshed{};
    const auto session = decode_session(bytes);
    if (!session) return std::unexpected(session.error());
    const std::string key = session_keys::refresh(application, hash, token->hash());
    found = transaction.get(key, bytes);
    if (!found) return std::unexpected(found.error());
    if (!*found) return Refreshed{};
    const RefreshToken successor = successor_of(*token, session->refresh_key);
    Refreshed refreshed{
        .outcome = Refreshed::Outcome::kDone,
        .user = session->user,
        .id = token->id,
        .expires_ms = session->expires_ms,
        .refresh = successor.text(),
        .amr = session->amr,
        .auth_time_s = session->auth_time_s,
        .version = session->version
    };
    const RefreshUse use = decode_refresh_use(bytes);
    if (use.used_ms == 0) {
      transaction.put(key, encode(RefreshUse{.used_ms = now_ms(), .client = client}));
      transaction.put(
          session_keys::refresh(application, hash, successor.hash()), encode(RefreshUse{})
      );
    } else if (now_ms() - use.used_ms > rules_.refresh_grace.count() || use.client != client) {
      refreshed.outcome = Refreshed::Outcome::kReused;
    }
    return refreshed;
  };
  auto refreshed = co_await database::transact(database_.store(), deadline, std::move(body));
  if (refreshed && refreshed->outcome == Refreshed::Outcome::kReused) {
    const auto ended = co_await end(refreshed->id, deadline);
    if (!ended) co_return std::unexpected(ended.error());
  }
  co_return refreshed;
}

Task<Result<>> Sessions::keep(SteadyTime deadline) {
  LiveSessions::Arrears arrears = live_.take_arrears(now_ms());
  // Use that could not be written is noted again with the next one.
  auto stored = co_await store_used(std::move(arrears.used), deadline);
  auto erased = co_await erase(arrears.ended, deadline);
  if (!erased) {
    live_.add_ended(std::move(arrears.ended));
    co_return erased;
  }
  co_return stored;
}

Task<Result<>> Sessions::store_used(std::vector<LiveSessions::Entry> used, SteadyTime deadline) {
  const std::uint16_t application = database_.application();
  for (std::size_t begin = 0; begin < used.size(); begin += kPerCommit) {
    const auto part = std::span(used).subspan(begin, std::min(kPerCommit, used.size() - begin));
    auto body = [application, part](Transaction& transaction) -> Result<> {
      for (const LiveSessions::Entry& entry : part) {
        const std::string key = session_keys::session(application, entry.hash);
        std::string present;
        const auto found = transaction.get(key, present);
        if (!found) return std::unexpected(found.error());
        if (*found) transaction.put(key, encode(entry.session));  // else it ended meanwhile
      }
      return {};
    };
    auto stored = co_await database::transact(database_.store(), deadline, std::move(body));
    if (!stored) co_return stored;
  }
  co_return Result<>();
}

Task<Result<>> Sessions::erase(std::vector<std::string> hashes, SteadyTime deadline) {
  const std::uint16_t application = database_.application();
  for (std::size_t begin = 0; begin < hashes.size(); begin += kPerCommit) {
    const auto part = std::span(hashes).subspan(begin, std::min(kPerCommit, hashes.size() - begin));
    auto body = [application, part](Transaction& transaction) -> Result<> {
      for (const std::string& hash : part) {
        transaction.erase(session_keys::session(application, hash));
        transaction.erase_range(prefix_range(session_keys::refresh_family(application, hash)));
      }
      return {};
    };
    auto erased = co_await database::transact(database_.store(), deadline, std::move(body));
    if (!erased) co_return erased;
  }
  co_return Result<>();
}

}  // namespace noded::auth
