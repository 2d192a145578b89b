// Which accounts are disabled: a record of each in the store, and in memory for whoever has to tell
// who asks without waiting.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

// `user` is the text of the account's primary key.
void put_disabled(
    Transaction& transaction, std::uint16_t application, std::string_view user, std::int64_t now_ms
);
void erase_disabled(Transaction& transaction, std::uint16_t application, std::string_view user);
// Into the read set, so that of this and a change of it at once one sees the other.
Result<bool> is_disabled(
    Transaction& transaction, std::uint16_t application, std::string_view user
);
Result<std::vector<std::string>> disabled_accounts(
    Transaction& transaction, std::uint16_t application
);

// Those of memory. Thread-safe.
class AccountStates {
 public:
  bool is_disabled(std::string_view user) const;
  void set_disabled(const std::string& user, bool is_disabled);

  // Told after the role of an account changed (empty: none), or without one when it is gone. Set
  // before serving; called on any thread.
  using Listener = std::function<void(const std::string& user, std::optional<std::string> role)>;
  void set_listener(Listener listener) { listener_ = std::move(listener); }
  void tell(const std::string& user, std::optional<std::string> role) const;

 private:
  Listener listener_;
  mutable std::mutex mutex_;  // guards disabled_
  std::set<std::string, std::less<>> disabled_;
  std::atomic<bool> has_disabled_ = false;
};

}  // namespace noded::auth
