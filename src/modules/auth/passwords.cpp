#include "modules/auth/passwords.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kArgon2id = "$argon2id$";

// RFC 9106 in the encoding of the reference implementation; salt and tag are arbitrary.
std::string make_decoy(const crypto::PasswordCost& cost) {
  return std::string(kArgon2id) + "v=19$m=" + std::to_string(cost.memory_bytes / 1024) +
         ",t=" + std::to_string(cost.passes) +
         ",p=1$bm9kZWQtZGVjb3ktc2FsdA$bm9kZWQtZGVjb3ktdGFnLW9mLTMyLWJ5dGVzLWxvbmc";
}

}  // namespace

Passwords::Passwords(Lane& lane, const crypto::PasswordCost& cost)
    : lane_(lane), cost_(cost), decoy_(make_decoy(cost)) {}

Result<> Passwords::require_room() const {
  if (lane_.is_full()) return fail(Errc::kOverloaded, "the node is busy; try again");
  return {};
}

Task<Result<std::string>> Passwords::hash(std::string password) const {
  auto work = [password = std::move(password), cost = cost_] {
    return crypto::hash_password(password, cost);
  };
  co_return co_await offload(lane_, std::move(work));
}

Task<Result<Passwords::Verdict>> Passwords::verify(
    std::string password, std::optional<std::string> stored, bool allow_plain
) const {
  auto work = [this, password = std::move(password), stored = std::move(stored), allow_plain](
              ) -> Result<Verdict> {
    const bool is_slow = stored && stored->starts_with(kArgon2id);
    crypto::PasswordCheck check;
    if (stored) check = crypto::verify_password(password, *stored, cost_, allow_plain);
    Verdict verdict{.matches = check.matches, .upgrade = std::nullopt};
    if (!check.matches && !is_slow) {
      static_cast<void>(crypto::verify_password(password, decoy_, cost_, false));
    }
    if (check.matches && check.needs_rehash) {
      auto upgraded = crypto::hash_password(password, cost_);
      if (upgraded) verdict.upgrade = std::move(*upgraded);
    }
    return verdict;
  };
  co_return co_await offload(lane_, std::move(work));
}

}  // namespace noded::auth
