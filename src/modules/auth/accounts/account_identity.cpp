#include "modules/auth/accounts/account_identity.hpp"

#include <utility>

namespace noded::auth {

Result<Identity> account_identity(const AuthRules& rules, const Account& account) {
  auto claims = claims_of(rules, account);
  if (!claims) return std::unexpected(std::move(claims.error()));
  Identity identity;
  identity.kind = Identity::Kind::kUser;
  identity.user_id = account.key.text();
  identity.role = account.role;
  identity.claims = std::move(*claims);
  return identity;
}

Task<Result<Identity>> account_identity(
    const AuthState& state, std::string id, SteadyTime deadline
) {
  const auto account = co_await state.users.find_by_id(std::move(id), deadline);
  if (!account) co_return std::unexpected(account.error());
  if (!*account) co_return fail(Errc::kNotFound, "there is no such user");
  co_return account_identity(state.rules, **account);
}

}  // namespace noded::auth
