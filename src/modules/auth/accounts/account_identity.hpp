// Who somebody would be who had signed in as an account.
#pragma once

#include "noded/clock.hpp"
#include "noded/identity.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/auth_state.hpp"

#include <string>

namespace noded::auth {

// As a token of that account would make it, without a session. Errors: kNotFound: there is no such
// user; those of reads.
Task<Result<Identity>> account_identity(
    const AuthState& state, std::string id, SteadyTime deadline
);
// The same of an account that is at hand.
Result<Identity> account_identity(const AuthRules& rules, const Account& account);

}  // namespace noded::auth
