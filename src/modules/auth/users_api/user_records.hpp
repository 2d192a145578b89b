// UserRecords: accounts as /api/users shows them: rows of the users entity, with the time at which
// each was made. Every change stands in the audit chain, in its own transaction.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/accounts/account_change.hpp"
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

struct UserView {
  std::string id;  // text also where the entity has integer keys
  std::string email;
  std::string username;
  std::string role;
  std::optional<std::int64_t> made_ms;  // unknown of accounts that an older version made
};
// {"id","email","username","created_at"}; what there is not is null.
std::string to_json(const UserView& user);
// Of what to_json() shows, quoted.
std::string etag_of(const UserView& user);

// Cheap to copy; the database outlives it. Thread-safe. Errors: those of reads and writes;
// kUnavailable while there is no users entity.
class UserRecords {
 public:
  UserRecords(database::Database& database, std::string entity)
      : database_(&database), entity_(std::move(entity)) {}

  // Whether accounts have usernames: the entity has that field.
  bool has_usernames() const;

  Task<Result<std::optional<UserView>>> find(std::string id, SteadyTime deadline) const;

  struct Wanted {
    std::uint64_t limit = 20;
    std::uint64_t offset = 0;
    std::string prefix;  // of e-mail address or username; empty: any
  };
  struct Listing {
    std::vector<UserView> users;
    std::uint64_t count = 0;  // of all that match
  };
  // By descending key. `access` decides which rows are seen.
  Task<Result<Listing>> list(Wanted wanted, const database::Access& access, SteadyTime deadline)
      const;

  // `check` may refuse what is about to be changed. Empty: there is no such account.
  using Check = std::function<Result<>(const UserView&)>;
  Task<Result<std::optional<UserView>>> change(
      std::string id,
      boost::json::object fields,
      Check check,
      audit::Actor actor,
      SteadyTime deadline
  ) const;
  // What goes along with these is `change`'s, whose errors they answer; it takes effect when the
  // caller says so. Empty or false: there is no such account. `role` empty: none.
  Task<Result<std::optional<UserView>>> set_role(
      std::string id, std::string role, AccountChange& change, SteadyTime deadline
  ) const;
  Task<Result<std::optional<UserView>>> set_disabled(
      std::string id, bool is_disabled, AccountChange& change, SteadyTime deadline
  ) const;
  Task<Result<bool>> erase(std::string id, AccountChange& change, SteadyTime deadline) const;

 private:
  Result<const database::Entity*> find_entity(const database::Schema* schema) const;
  // Runs `act`, Result<>(Transaction&, Writer&, const Entity&, const RowKey&, const UserView&),
  // over that account in one transaction; what it is then.
  template <class Act>
  Task<Result<std::optional<UserView>>> write(std::string id, SteadyTime deadline, Act act) const;

  database::Database* database_;
  std::string entity_;
};

}  // namespace noded::auth
