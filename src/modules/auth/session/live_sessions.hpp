// LiveSessions: the sessions of the node in memory, so that telling who asks never waits. Bounded;
// thread-safe.
#pragma once

#include "noded/identity.hpp"

#include "modules/auth/session/session.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace noded::auth {

class LiveSessions {
 public:
  struct Entry {
    std::string hash;
    Session session;
  };

  LiveSessions(std::chrono::milliseconds idle, std::size_t limit)
      : idle_ms_(idle.count()), limit_(limit) {}

  // False: all of the account's sessions were ended since it was opened. Beyond the limit the one
  // that was unused longest ends.
  bool add(std::string hash, Session session);
  // Who asks, by the hash of a token; null unless it is a session's that has not ended. Counts as
  // use of it.
  IdentityPtr find(std::string_view hash, std::int64_t now_ms);
  // The same by the session's id.
  bool is_live(std::string_view id, std::int64_t now_ms);
  // The hash of a session, which counts as used; empty unless there is one.
  std::string hash_of(std::string_view id, std::int64_t now_ms);
  // When it ends however busy it is, in milliseconds since 1970; 0 when there is none.
  std::int64_t expiry_of(std::string_view id) const;
  // Takes the place of a session's claims.
  void set_claims(std::string_view id, const std::string& claims);
  // Ends one. Its hash; empty when there is none of that id.
  std::string remove(std::string_view id);

  // The version that an account's tokens and sessions must have; 0 until they were ended once.
  std::int64_t version_of(std::string_view user) const;
  // Ends what has an older one; how many sessions those were.
  std::size_t set_version(const std::string& user, std::int64_t version);

  // All that have not ended, or those of one account; the newest first.
  std::vector<Entry> list(std::string_view user, std::int64_t now_ms) const;
  std::size_t size() const;

  // For the store: sessions whose use it does not know yet, and hashes of those that ended here.
  struct Arrears {
    std::vector<Entry> used;
    std::vector<std::string> ended;
  };
  Arrears take_arrears(std::int64_t now_ms);
  void add_ended(std::vector<std::string> hashes);

 private:
  struct Live {
    Entry entry;
    IdentityPtr identity;
    std::list<std::string>::iterator place;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  template <class Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  bool has_ended(const Session& session, std::int64_t now_ms) const {
    return session.expires_ms <= now_ms || session.seen_ms + idle_ms_ <= now_ms;
  }
  Live* use(std::string_view id, std::int64_t now_ms);
  void drop(Map<Live>::iterator found);

  const std::int64_t idle_ms_;
  const std::size_t limit_;
  mutable std::mutex mutex_;  // guards what follows
  Map<Live> by_id_;
  std::list<std::string> by_use_;                 // ids, the one that was unused longest first
  Map<std::unordered_set<std::string>> by_user_;  // ids
  std::vector<std::string> used_;                 // ids; what the store is yet to be told
  std::vector<std::string> ended_;                // hashes; what it is yet to forget
  mutable std::mutex versions_mutex_;             // guards versions_; taken before mutex_
  Map<std::int64_t> versions_;
  std::atomic<bool> has_versions_ = false;
};

}  // namespace noded::auth
