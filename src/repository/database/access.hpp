// Access: who asks, as the record layer sees it. Every read and write takes one; there is no call
// without it, and the one that lets everything pass has a name that shows in review.
#pragma once

#include "noded/identity.hpp"
#include "noded/result.hpp"

#include "repository/database/filter.hpp"
#include "repository/database/schema.hpp"

#include <memory>

namespace noded::database {

enum class Action : std::uint8_t { kRead, kCreate, kUpdate, kDelete };

// Which rows of an entity one principal may touch. Made per request by the guard; one thread at a
// time.
class Access {
 public:
  virtual ~Access() = default;

  struct Rows {
    std::shared_ptr<const Filter> filter;  // null: every row
    std::string policy;                    // JSON text of the filter's policy, for the refusal
  };
  // kForbidden (with the guard's wire members) when none. `key` is the row's id when one row is
  // meant, else null.
  virtual Result<Rows> rows(const Entity& entity, Action action, const RowKey* key) const = 0;
  // The refusal for a row outside of the filter: kForbidden "Policy filter not met".
  virtual Error outside(const Entity& entity, Action action, const Rows& rows) const = 0;
};

// Makes the Access of a request; implemented by the guard, handed to the data module by the role.
// Thread-safe.
class AccessProvider {
 public:
  virtual ~AccessProvider() = default;
  virtual std::unique_ptr<Access> access_for(const Identity& identity) = 0;
};

// For the node's own work (login, migrations, doctor): every row of every entity.
const Access& unrestricted_access_for_the_node_itself();

}  // namespace noded::database
