// Which accounts are disabled: a record of each in the store, and in memory for whoever has to tell
// who asks without waiting.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
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

// Which roles administrate, as far as that is certain: changes of the configuration that are not in
// force yet may be by the time a transaction is committed.
struct AdministratingRoles {
  std::vector<std::string> possible;  // by what is in force, or by a change under way
  std::vector<std::string> sure;      // by all of them

  bool may(std::string_view role) const;
  bool is_sure(std::string_view role) const;
};

// Those of memory. Thread-safe.
class AccountStates {
 public:
  bool is_disabled(std::string_view user) const;
  void set_disabled(const std::string& user, bool is_disabled);

  // Those of the configuration in force.
  void set_administrating(std::vector<std::string> roles);
  // Those of a change that is about to be stored, for as long as what is returned lives.
  std::shared_ptr<const void> expect_administrating(std::vector<std::string> roles);
  AdministratingRoles administrating() const;

  // Told after the role of an account changed (empty: none), or without one when it is gone. Set
  // before serving; called on any thread.
  using Listener = std::function<void(const std::string& user, std::optional<std::string> role)>;
  void set_listener(Listener listener) { listener_ = std::move(listener); }
  void tell(const std::string& user, std::optional<std::string> role) const;

 private:
  Listener listener_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::string> administrating_;
  std::vector<std::weak_ptr<const std::vector<std::string>>> expected_;
  std::set<std::string, std::less<>> disabled_;
  std::atomic<bool> has_disabled_ = false;
};

}  // namespace noded::auth
