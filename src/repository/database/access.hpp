// Access: who asks, as the record layer sees it. Every read and write takes one; there is no call
// without it, and the one that lets everything pass has a name that shows in review.
#pragma once

#include "noded/engine.hpp"
#include "noded/http.hpp"
#include "noded/identity.hpp"
#include "noded/result.hpp"

#include "repository/database/filter.hpp"
#include "repository/database/schema.hpp"

#include <memory>
#include <string_view>

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

  // Told of each row that was made, changed or deleted on behalf of this principal, in that
  // transaction, which it may add to; an error undoes all of it. Texts are rows as stored; empty:
  // there was or is none. Told again when the transaction runs again.
  virtual Result<> wrote(
      Transaction& transaction,
      const Entity& entity,
      const RowKey& key,
      std::string_view before,
      std::string_view after
  ) const {
    static_cast<void>(transaction), static_cast<void>(entity), static_cast<void>(key);
    static_cast<void>(before), static_cast<void>(after);
    return {};
  }
  // The transaction was committed.
  virtual void committed() const {}
};

// Makes the Access of a request; implemented by the guard, handed to the data module by the role.
// Thread-safe.
class AccessProvider {
 public:
  virtual ~AccessProvider() = default;
  virtual std::unique_ptr<Access> access_for(const Identity& identity) = 0;
  // The same for a request that may write: what is told of its writes names it. The request must
  // outlive what is returned.
  virtual std::unique_ptr<Access> access_of(const http::Request& request) {
    return access_for(*request.identity);
  }
};

// For the node's own work (login, migrations, doctor): every row of every entity.
const Access& unrestricted_access_for_the_node_itself();

}  // namespace noded::database
