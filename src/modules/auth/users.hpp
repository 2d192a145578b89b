// Users: accounts as the node itself handles them: rows of the users entity, with the fields that
// no request sees. All reads and writes go through the record layer; what a request may do is
// checked by the Access it brings.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/audit/actor.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

namespace json = boost::json;

class AccountChange;

struct Account {
  database::RowKey key;
  std::string email;           // empty: none
  std::string username;        // empty: none, or the entity has no such field
  std::string role;            // empty: none
  std::string strategy;        // of its sign-in
  std::string strategy_value;  // secret: the password's hash
  std::string row;             // the fields that a read shows, as JSON object text
};

struct NewAccount {
  json::object fields;  // further ones of the entity; email, strategy, strategy_value and role here
                        // are ignored
  std::string email;    // empty: none, where the entity allows that
  std::string username;  // empty: none
  std::string strategy;
  std::string strategy_value;
  std::string role;  // empty: none
};

// Which members of a request may become fields of a new account.
enum class UnknownFields : std::uint8_t { kDrop, kRefuse };

// Cheap to copy; `database` must outlive it. Thread-safe. Every call answers kUnavailable while the
// application has no users entity, and the errors of reads and writes.
class Users {
 public:
  Users(database::Database& database, std::string entity_name)
      : database_(&database), entity_name_(std::move(entity_name)) {}

  // The same for one who acts: what it writes stands in the audit chain under their name instead of
  // the node's.
  Users by(audit::Actor actor) const;

  // The address is matched as stored, in its case.
  Task<Result<std::optional<Account>>> find_by_email(std::string email, SteadyTime deadline) const;
  // By the field username, as stored: see read_sign_in_name().
  Task<Result<std::optional<Account>>> find_by_username(std::string username, SteadyTime deadline)
      const;
  // `id` is the text of the primary key.
  Task<Result<std::optional<Account>>> find_by_id(std::string id, SteadyTime deadline) const;
  // More to be written in the transaction that makes or changes an account; its error undoes both.
  using Addition = std::function<Result<>(Transaction&, const database::RowKey&)>;
  // Members named in `fields` that a request may not set are refused (kInvalid).
  Task<Result<Account>> create(
      NewAccount account,
      UnknownFields unknown,
      const database::Access& access,
      SteadyTime deadline,
      Addition addition = {}
  ) const;
  // The same while nobody holds one of `roles`; empty, and nothing is written, as soon as somebody
  // does.
  Task<Result<std::optional<Account>>> create_first(
      NewAccount account, std::vector<std::string> roles, SteadyTime deadline
  ) const;
  // False when the account is gone or its secret is not `expected` any more. With `change` what was
  // opened with the old one ends, once it takes effect; without, the same password is meant.
  Task<Result<bool>> replace_secret(
      database::RowKey key,
      std::string expected,
      std::string replacement,
      SteadyTime deadline,
      AccountChange* change = nullptr
  ) const;

  struct Changes {
    std::optional<std::string> strategy_value;
    std::optional<std::string> role;  // empty text: none
  };
  // Empty when there is no such account; `addition` is not called then. What goes along with it is
  // `change`'s, whose errors it answers.
  Task<Result<std::optional<Account>>> change(
      std::string email,
      Changes changes,
      AccountChange& change,
      SteadyTime deadline,
      Addition addition = {}
  ) const;

  struct Listing {
    std::vector<Account> accounts;  // without `row`, by key
    bool has_more = false;
  };
  Task<Result<Listing>> list(std::uint64_t offset, std::uint64_t limit, SteadyTime deadline) const;
  Task<Result<bool>> is_any_in(std::vector<std::string> roles, SteadyTime deadline) const;

 private:
  Result<> record(
      Transaction& transaction,
      std::string_view action,
      const database::RowKey& key,
      const json::object& details
  ) const;

  database::Database* database_;
  std::string entity_name_;
  audit::Actor actor_;
};

}  // namespace noded::auth
