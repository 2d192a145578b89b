#include "modules/auth/session/live_sessions.hpp"

#include "crypto/crypto.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace noded::auth {
namespace {

// Use within this time of the last one is not noted.
constexpr std::int64_t kCoarseness_ms = 60'000;

}  // namespace

bool LiveSessions::add(std::string hash, Session session) {
  const std::string id = session_id(hash);
  IdentityPtr identity = identity_of(session, id);
  if (identity == nullptr) return false;
  const std::scoped_lock lock(versions_mutex_, mutex_);
  const auto version = versions_.find(session.user);
  if (version != versions_.end() && session.version < version->second) return false;
  by_user_[session.user].insert(id);
  const auto place = by_use_.insert(by_use_.end(), id);
  by_id_.insert_or_assign(
      id,
      Live{
          .entry = {.hash = std::move(hash), .session = std::move(session)},
          .identity = std::move(identity),
          .place = place
      }
  );
  while (by_id_.size() > limit_)
    drop(by_id_.find(by_use_.front()));
  return true;
}

// The session of that id, used now; null when it has ended. Under the lock.
LiveSessions::Live* LiveSessions::use(std::string_view id, std::int64_t now_ms) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  Live& live = found->second;
  if (has_ended(live.entry.session, now_ms)) {
    drop(found);
    return nullptr;
  }
  if (now_ms - live.entry.session.seen_ms >= kCoarseness_ms) {
    live.entry.session.seen_ms = now_ms;
    used_.emplace_back(id);
    by_use_.splice(by_use_.end(), by_use_, live.place);
  }
  return &live;
}

IdentityPtr LiveSessions::find(std::string_view hash, std::int64_t now_ms) {
  if (hash.size() != kSessionHashSize) return nullptr;
  const std::string id = session_id(hash);
  const std::scoped_lock lock(mutex_);
  const Live* live = use(id, now_ms);
  if (live == nullptr || !crypto::equal_in_constant_time(live->entry.hash, hash)) return nullptr;
  return live->identity;
}

bool LiveSessions::is_live(std::string_view id, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  return use(id, now_ms) != nullptr;
}

std::string LiveSessions::hash_of(std::string_view id, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  const Live* live = use(id, now_ms);
  return live == nullptr ? std::string() : live->entry.hash;
}

std::int64_t LiveSessions::expiry_of(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? 0 : found->second.entry.session.expires_ms;
}

void LiveSessions::set_claims(std::string_view id, const std::string& claims) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  Session changed = found->second.entry.session;
  changed.claims = claims;
  IdentityPtr identity = identity_of(changed, id);
  if (identity == nullptr) return;
  found->second.entry.session = std::move(changed);
  found->second.identity = std::move(identity);
  used_.emplace_back(id);
}

void LiveSessions::drop(Map<Live>::iterator found) {
  const std::string& user = found->second.entry.session.user;
  if (const auto ids = by_user_.find(user); ids != by_user_.end()) {
    ids->second.erase(found->first);
    if (ids->second.empty()) by_user_.erase(ids);
  }
  by_use_.erase(found->second.place);
  ended_.push_back(std::move(found->second.entry.hash));
  by_id_.erase(found);
}

std::string LiveSessions::remove(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return {};
  std::string hash = found->second.entry.hash;
  drop(found);
  return hash;
}

std::int64_t LiveSessions::version_of(std::string_view user) const {
  if (!has_versions_.load(std::memory_order_acquire)) return 0;
  const std::scoped_lock lock(versions_mutex_);
  const auto found = versions_.find(user);
  return found == versions_.end() ? 0 : found->second;
}

std::size_t LiveSessions::set_version(const std::string& user, std::int64_t version) {
  const std::scoped_lock lock(versions_mutex_, mutex_);
  std::int64_t& present = versions_[user];
  present = std::max(present, version);
  has_versions_.store(true, std::memory_order_release);
  const auto ids = by_user_.find(user);
  if (ids == by_user_.end()) return 0;
  const std::vector<std::string> all(ids->second.begin(), ids->second.end());
  std::size_t ended = 0;
  for (const std::string& id : all) {
    const auto found = by_id_.find(id);
    if (found->second.entry.session.version >= present) continue;
    drop(found);
    ++ended;
  }
  return ended;
}

std::vector<LiveSessions::Entry> LiveSessions::list(std::string_view user, std::int64_t now_ms)
    const {
  std::vector<Entry> entries;
  {
    const std::scoped_lock lock(mutex_);
    const auto add = [&](const Live& live) {
      if (!has_ended(live.entry.session, now_ms)) entries.push_back(live.entry);
    };
    if (user.empty()) {
      for (const auto& [id, live] : by_id_)
        add(live);
    } else if (const auto ids = by_user_.find(user); ids != by_user_.end()) {
      for (const std::string& id : ids->second)
        add(by_id_.find(id)->second);
    }
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return std::pair(b.session.created_ms, std::string_view(b.hash)) <
           std::pair(a.session.created_ms, std::string_view(a.hash));
  });
  return entries;
}

std::size_t LiveSessions::size() const {
  const std::scoped_lock lock(mutex_);
  return by_id_.size();
}

LiveSessions::Arrears LiveSessions::take_arrears(std::int64_t now_ms) {
  Arrears arrears;
  const std::scoped_lock lock(mutex_);
  // Those past their end stand in front sooner or later, since nobody can use them.
  while (!by_use_.empty()) {
    const auto front = by_id_.find(by_use_.front());
    if (!has_ended(front->second.entry.session, now_ms)) break;
    drop(front);
  }
  for (const std::string& id : std::exchange(used_, {})) {
    if (const auto found = by_id_.find(id); found != by_id_.end())
      arrears.used.push_back(found->second.entry);
  }
  arrears.ended = std::exchange(ended_, {});
  return arrears;
}

void LiveSessions::add_ended(std::vector<std::string> hashes) {
  const std::scoped_lock lock(mutex_);
  std::ranges::move(hashes, std::back_inserter(ended_));
}

}  // namespace noded::auth
