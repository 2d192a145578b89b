#include "modules/auth/accounts/account_states.hpp"

#include "repository/database/keys.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

std::string key_of(std::uint16_t application, std::string_view user) {
  return database::keys::prefix(application, database::keys::Space::kDisabledAccount).append(user);
}

}  // namespace

void put_disabled(
    Transaction& transaction, std::uint16_t application, std::string_view user, std::int64_t now_ms
) {
  transaction.put(key_of(application, user), std::to_string(now_ms));
}

void erase_disabled(Transaction& transaction, std::uint16_t application, std::string_view user) {
  transaction.erase(key_of(application, user));
}

Result<bool> is_disabled(
    Transaction& transaction, std::uint16_t application, std::string_view user
) {
  std::string since;
  return transaction.get(key_of(application, user), since);
}

Result<std::vector<std::string>> disabled_accounts(
    Transaction& transaction, std::uint16_t application
) {
  const std::string prefix = key_of(application, {});
  std::vector<std::string> users;
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  while (cursor->next())
    users.emplace_back(cursor->key().substr(prefix.size()));
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  return users;
}

bool AdministratingRoles::may(std::string_view role) const {
  return std::ranges::find(possible, role) != possible.end();
}

bool AdministratingRoles::is_sure(std::string_view role) const {
  return std::ranges::find(sure, role) != sure.end();
}

void AccountStates::set_administrating(std::vector<std::string> roles) {
  const std::scoped_lock lock(mutex_);
  administrating_ = std::move(roles);
}

std::shared_ptr<const void> AccountStates::expect_administrating(std::vector<std::string> roles) {
  auto expected = std::make_shared<const std::vector<std::string>>(std::move(roles));
  const std::scoped_lock lock(mutex_);
  std::erase_if(expected_, [](const auto& former) { return former.expired(); });
  expected_.push_back(expected);
  return expected;
}

AdministratingRoles AccountStates::administrating() const {
  const std::scoped_lock lock(mutex_);
  AdministratingRoles roles{administrating_, administrating_};
  for (const auto& former : expected_) {
    const auto expected = former.lock();
    if (expected == nullptr) continue;
    std::erase_if(roles.sure, [&expected](const std::string& role) {
      return std::ranges::find(*expected, role) == expected->end();
    });
    roles.possible.insert(roles.possible.end(), expected->begin(), expected->end());
  }
  return roles;
}

bool AccountStates::is_disabled(std::string_view user) const {
  if (!has_disabled_.load(std::memory_order_acquire)) return false;
  const std::scoped_lock lock(mutex_);
  return disabled_.contains(user);
}

void AccountStates::set_disabled(const std::string& user, bool is_disabled) {
  const std::scoped_lock lock(mutex_);
  if (is_disabled) {
    disabled_.insert(user);
  } else {
    disabled_.erase(user);
  }
  has_disabled_.store(!disabled_.empty(), std::memory_order_release);
}

void AccountStates::tell(const std::string& user, std::optional<std::string> role) const {
  if (listener_) listener_(user, std::move(role));
}

}  // namespace noded::auth
