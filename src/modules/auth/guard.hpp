// Guard: roles and policies in force, and what they allow (bknd's HTTP contract, chapter 8). Built
// from a completed `auth` configuration; immutable and thread-safe.
#pragma once

#include "noded/identity.hpp"
#include "noded/result.hpp"

#include "modules/auth/condition.hpp"
#include "modules/auth/condition_context.hpp"
#include "repository/database/access.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

struct Policy {
  enum class Effect : std::uint8_t { kAllow, kDeny, kFilter };
  std::string text;  // its configuration as JSON, for the refusal
  Effect effect = Effect::kAllow;
  std::optional<Condition> condition;  // as far as no row is needed for it; none: always
  json::object row;                    // what else has to hold of a row, see row_condition.hpp
  json::object filter;                 // kFilter: rows must match; empty: every row
  bool filter_has_variables = false;

  // As far as that can be told without a row.
  bool applies(const ConditionContext& context) const {
    return !condition || condition->holds(context);
  }
  bool is_unconditional() const { return (!condition || condition->is_empty()) && row.empty(); }
};

// A role's entry for one permission.
struct Grant {
  std::string permission;
  bool allow = true;  // where no policy decides
  std::vector<Policy> policies;
  bool has_filters = false;  // which rows it is about is narrowed, by filters or conditions on rows
  bool depends_on_request = false;  // beyond role and entity
};

struct GuardRole {
  std::string name;
  bool is_default = false;
  bool implicit_allow = false;
  std::vector<Grant> grants;
  // The entries for data.entity.*, by database::Action.
  std::array<const Grant*, 4> on_rows{};

  // Of several for one permission the one that denies without conditions.
  const Grant* find(std::string_view permission) const;
  // May change who may do what: roles, or the configuration as a whole.
  bool administrates() const;
};

class Guard {
 public:
  // `auth` is a completed configuration. Errors: kInvalid naming the place in it: auth.roles.…. A
  // permission that no part of the node knows is kept and grants nothing, as in bknd.
  static Result<std::shared_ptr<const Guard>> compile(const json::object& auth);

  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Nothing is asked of this identity: the guard is disabled, or it is the local operator.
  bool is_waived_for(const Identity& identity) const {
    return !enabled_ || identity.kind == Identity::Kind::kLocalOperator;
  }
  // The role that the identity names, else the default one, else null.
  const GuardRole* role_of(const Identity& identity) const;
  // Null when there is none of that name.
  const GuardRole* find_role(std::string_view name) const;
  // Steps 1 to 4 of chapter 8, and then what an API key narrows. kForbidden, PermissionsException.
  Result<> check(
      const Identity& identity, std::string_view permission, const ConditionContext& context
  ) const;
  // What an API key narrows alone; nothing for everybody else.
  Result<> check_key(
      const Identity& identity, std::string_view permission, const ConditionContext& context
  ) const;
  const std::vector<GuardRole>& roles() const { return roles_; }
  bool is_enabled() const { return enabled_; }
  // Of whoever has no role that there is; null: none.
  const GuardRole* default_role() const { return default_role_; }

 private:
  Guard() = default;
  bool enabled_ = false;
  std::vector<GuardRole> roles_;
  const GuardRole* default_role_ = nullptr;
};

std::string_view permission_for(database::Action action) noexcept;

// Where a policy looks at the row, this tells whether there may be one at all; GuardAccess narrows
// which. A refusal that would not be one right after signing in has the member "code":
// "REAUTH_REQUIRED".
//
// Steps 2 to 4 for a role and its entry (null: it has none). `role` null is step 1. Unlike in bknd
// an entry without policies whose effect is "deny" denies.
Result<> decide(
    const GuardRole* role,
    const Grant* grant,
    std::string_view permission,
    const ConditionContext& context
);

// Whether a role (null: none) may do that under some condition.
bool could(const GuardRole* role, std::string_view permission);

// kForbidden `Permission "p" not granted`; `policy` is JSON text or empty.
Error refusal(
    std::string_view permission, std::string_view description, std::string_view policy = {}
);

}  // namespace noded::auth
