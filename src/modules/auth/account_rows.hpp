// AccountRows: the rows of the users entity within one transaction, over one schema.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "modules/auth/users.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace noded::auth {

// All must outlive it. Errors: those of the engine.
class AccountRows {
 public:
  AccountRows(std::uint16_t application, const database::Entity& entity, Transaction& transaction)
      : application_(application), entity_(entity), transaction_(transaction) {}

  Result<std::optional<Account>> load(const database::RowKey& key);
  Result<std::optional<database::RowKey>> find_by_email(std::string_view email);
  Result<std::optional<database::RowKey>> find_by_username(std::string_view username);
  // The first row that `matches`.
  Result<std::optional<database::RowKey>> scan_for(
      const std::function<bool(const Account&)>& matches
  );
  // Calls `visit` for each row by key until it answers false; `row` of an account stays empty.
  Result<> each(const std::function<bool(Account)>& visit);
  Result<bool> is_any_in(const std::vector<std::string>& roles);

 private:
  const database::Index* unique_index(std::string_view field) const;
  Result<std::optional<database::RowKey>> find_in(
      const database::Index& index, std::string_view text
  );

  std::uint16_t application_;
  const database::Entity& entity_;
  Transaction& transaction_;
};

}  // namespace noded::auth
