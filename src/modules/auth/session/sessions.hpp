// Sessions: opened when somebody has signed in, known by an opaque token of which only the hash is
// kept, ended by time, by their owner or by an administrator. All live ones are in memory, where
// find() and is_live() look; what is answered has been synced to the store before. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/identity.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/accounts/account_states.hpp"
#include "modules/auth/session/live_sessions.hpp"
#include "modules/auth/session/session.hpp"
#include "modules/auth/session/session_options.hpp"
#include "repository/database/database.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class Sessions {
 public:
  // The references outlive it.
  Sessions(database::Database& database, const Clock& clock, const SessionRules& rules)
      : database_(database), clock_(clock), rules_(rules), live_(rules.idle, rules.limit) {}

  const SessionRules& rules() const { return rules_; }
  const database::Database& database() const { return database_; }
  // Nothing of a disabled account is valid, and none is opened.
  AccountStates& accounts() { return accounts_; }
  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }

  // Before serving: takes from the store what has not ended.
  Task<Result<>> load();

  struct Opened {
    std::string token;    // for the cookie
    std::string refresh;  // empty unless one was asked for
    std::string id;
    std::int64_t version = 0;
    std::int64_t expires_ms = 0;
  };
  // More to be written in the transaction that opens a session; its error undoes both.
  using Addition = std::function<Result<>(Transaction&)>;
  // `session` tells account, claims, amr, auth_time_s, ip and agent; the rest is filled in here.
  // kConflict: all of the account's sessions were ended meanwhile. kUnauthorized: it is disabled.
  Task<Result<Opened>> open(
      Session session, bool with_refresh, SteadyTime deadline, const Addition& addition = {}
  );

  // By the token of a cookie. Null: there is no such session (any more).
  IdentityPtr find(std::string_view token);
  // Whether what a token says of its session still holds.
  bool is_valid(const Identity& identity);
  std::vector<LiveSessions::Entry> list(std::string_view user) const {
    return live_.list(user, now_ms());
  }
  std::int64_t version_of(std::string_view user) const { return live_.version_of(user); }
  std::int64_t expiry_of(std::string_view id) const { return live_.expiry_of(id); }
  std::size_t size() const { return live_.size(); }

  // Ends one; false when there is none of that id. In force at once, synced before it returns.
  Task<Result<bool>> end(std::string id, SteadyTime deadline);
  // Ends all of an account, and all of its tokens; how many sessions those were.
  Task<Result<std::size_t>> end_all(std::string user, SteadyTime deadline);
  // The same as a part of somebody else's transaction: the version that is in force after it, and
  // what puts it in force once that was committed.
  Result<std::int64_t> raise(Transaction& transaction, std::string_view user) const;
  std::size_t put_in_force(const std::string& user, std::int64_t version) {
    return live_.set_version(user, version);
  }

  struct Refreshed {
    enum class Outcome : std::uint8_t { kDone, kUnknown, kReused };
    Outcome outcome = Outcome::kUnknown;
    std::string user;
    std::string id;
    std::int64_t expires_ms = 0;
    std::string refresh;  // the successor
    std::vector<std::string> amr;
    std::int64_t auth_time_s = 0;
    std::int64_t version = 0;
  };
  // Exchanges a refresh token for its successor: one compare-and-set, so that of many at once all
  // get the same one. `client` tells clients apart: one that comes again within the grace gets the
  // same successor. kReused: the token was used before; its session has ended by that.
  Task<Result<Refreshed>> refresh(std::string token, std::string client, SteadyTime deadline);
  // What conditions see of the account from now on.
  void set_claims(std::string_view id, const std::string& claims) { live_.set_claims(id, claims); }

  // Tells the store what happened in memory alone: use, and ends by time. Now and then.
  Task<Result<>> keep(SteadyTime deadline);

 private:
  Task<Result<>> store_used(std::vector<LiveSessions::Entry> used, SteadyTime deadline);
  Task<Result<>> erase(std::vector<std::string> hashes, SteadyTime deadline);

  database::Database& database_;
  const Clock& clock_;
  const SessionRules rules_;
  LiveSessions live_;
  AccountStates accounts_;
};

}  // namespace noded::auth
