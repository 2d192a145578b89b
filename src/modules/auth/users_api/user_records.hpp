// UserRecords: accounts as /api/users shows them: rows of the users entity, with the time at which
// each was made. Every change stands in the audit chain, in its own transaction.
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

// Error::type of the refusal to remove the last one who administrates.
inline constexpr std::string_view kLastOne = "auth.last_administrator";

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
  // `role` empty: none. Empty: there is no such account. kConflict, type kLastOne: nobody else
  // holds one of `roles`, and that one would not any more.
  Task<Result<std::optional<UserView>>> set_role(
      std::string id,
      std::string role,
      std::vector<std::string> roles,
      audit::Actor actor,
      SteadyTime deadline
  ) const;
  // False when there is no such account. kConflict, type kLastOne: nobody else holds one of
  // `roles`.
  Task<Result<bool>> erase(
      std::string id, std::vector<std::string> roles, audit::Actor actor, SteadyTime deadline
  ) const;

 private:
  Result<const database::Entity*> find_entity(const database::Schema* schema) const;

  database::Database* database_;
  std::string entity_;
};

}  // namespace noded::auth
