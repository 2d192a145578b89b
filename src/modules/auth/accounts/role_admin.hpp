// RoleAdmin: roles made, replaced and removed by whoever has roles.manage. Each is a change of the
// configuration like one over /api/system/config: checked, stored, put in force and put into the
// audit chain once. Refusals are those of refusal.hpp.
//
//   POST   /api/admin/roles        {"name","permissions",…} → 201 with the role; 409 ROLE_EXISTS
//   PUT    /api/admin/roles/:name  {"permissions",…} → 200 with the role
//   DELETE /api/admin/roles/:name  → 204; 409 ROLE_IN_USE with "count" of its users
//
// A role: {"permissions":[name | {"permission","effect","policies"}],"is_default"?,
// "implicit_allow"?}. 409 LAST_ADMIN when nobody who is enabled could administrate any more.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/auth/auth_state.hpp"
#include "repository/audit/actor.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace noded::auth {

// Makes or replaces a role of the configuration in force; empty: removes it. `check`, if there is
// one, is part of the transaction that stores it; its error refuses the change. Errors: kInvalid:
// it cannot be put in force; kConflict: another change is under way, or, of type kLastOne, nobody
// could administrate any more.
using ChangeRole = std::function<Task<Result<>>(
    std::string name,
    std::optional<boost::json::object> role,
    audit::Actor actor,
    std::function<Result<>(Transaction&)> check
)>;

// Thread-safe. All must outlive the routes.
class RoleAdmin {
 public:
  // `current` gives the state in force.
  RoleAdmin(
      Authorizer& authorizer, database::Database& database, std::function<AuthStatePtr()> current
  )
      : authorizer_(authorizer), database_(database), current_(std::move(current)) {}

  // Before serving; without, roles cannot be changed.
  void use(ChangeRole change) { change_ = std::move(change); }
  std::vector<http::Route> routes();

 private:
  using Handle = Task<http::Response> (RoleAdmin::*)(http::Request&);
  http::Route route(http::Method method, std::string pattern, Handle handle);
  Task<http::Response> make(http::Request& request);
  Task<http::Response> replace(http::Request& request);
  Task<http::Response> remove(http::Request& request);

  Task<http::Response> put(
      http::Request& request, std::string name, boost::json::object role, bool is_new
  );
  // How many accounts have it. Errors: those of the engine.
  Result<std::uint64_t> users_of(const std::string& name, Transaction& transaction) const;

  Authorizer& authorizer_;
  database::Database& database_;
  std::function<AuthStatePtr()> current_;
  ChangeRole change_;
};

}  // namespace noded::auth
