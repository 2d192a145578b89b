// Why the guard decides as it does: the rule behind one decision. Pure.
#pragma once

#include "modules/auth/condition_context.hpp"
#include "modules/auth/guard.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

// JSON object text:
// {"allowed":bool,"role":name|null,"rule":code,"policies":[…],"filters":[…]}
//   guard_disabled  nobody is asked anything
//   no_role         the user has none, and none is the default
//   implicit_allow  the role names no such permission, but allows what it does not name
//   not_granted     the role names no such permission
//   granted         the role names it without conditions
//   denied, allowed_by_policy, denied_by_policy: `policies` are those whose conditions held;
//   of a denial the last one decided; of none of them the effect of the permission did
// `filters` are the policies that narrow which rows it is about, be it by what they say of
// "resource".
std::string explain(
    const Guard& guard,
    const Identity& identity,
    std::string_view permission,
    const ConditionContext& context
);

}  // namespace noded::auth
