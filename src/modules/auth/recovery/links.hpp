// Links: one-time links of accounts, for a new password, the proof of an address or a login. Each
// works once, until it ends by time, by a change of the account's address, or by another link of
// that purpose that was used. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/recovery/link.hpp"
#include "repository/audit/actor.hpp"
#include "repository/database/database.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

// Error::type of a link that is not there (any more).
inline constexpr std::string_view kLinkGone = "auth.link_gone";

class Links {
 public:
  static constexpr std::size_t kMostOfAccount = 5;  // of one purpose
  static constexpr std::size_t kMost = 20'000;      // that have not ended, in all

  // The references outlive it.
  Links(database::Database& database, const Clock& clock, std::chrono::milliseconds lifetime)
      : database_(database), clock_(clock), lifetime_(lifetime) {}

  std::chrono::milliseconds lifetime() const { return lifetime_; }

  struct Made {
    std::string token;
    std::int64_t expires_ms = 0;
  };
  // What becomes of one more than an account may have.
  enum class Surplus : std::uint8_t { kRefused, kReplacesOldest };
  struct Order {
    Purpose purpose = Purpose::kRecover;
    database::RowKey user;
    std::string address;
    Surplus surplus = Surplus::kRefused;
    audit::Actor actor;  // the audit chain tells that they asked for it
    std::string next{};  // of a login: where it leads
  };
  // Synced when it returns; empty where the account has too many. Errors: kOverloaded beyond kMost,
  // those of writes.
  Task<Result<std::optional<Made>>> make(Order order, SteadyTime deadline);

  // By the hash of its token, without using it up: kNotFound, type kLinkGone, when it is not there,
  // has ended or is of another purpose.
  Task<Result<Link>> find(std::string hash, Purpose purpose, SteadyTime deadline) const;
  // As a part of the act that it is for: takes it and all others of the account and purpose out.
  // kNotFound as above, and when it is of another account.
  Result<> use(
      Transaction& transaction, std::string_view hash, Purpose purpose, const database::RowKey& user
  ) const;

  // Removes what has ended, and counts the others. Before serving, and now and then.
  Task<Result<>> keep(SteadyTime deadline);
  std::size_t size() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }
  Result<Link> read(Transaction& transaction, std::string_view hash, Purpose purpose) const;
  Result<bool> make_room(Transaction& transaction, const Order& order) const;
  void erase(
      Transaction& transaction, const database::RowKey& user, Purpose purpose, std::string_view hash
  ) const;

  database::Database& database_;
  const Clock& clock_;
  const std::chrono::milliseconds lifetime_;
  std::atomic<std::size_t> count_{0};  // those that were used meanwhile included
};

}  // namespace noded::auth
