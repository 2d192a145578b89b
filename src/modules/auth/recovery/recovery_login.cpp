// The login by a one-time link.
#include "modules/auth/login_request.hpp"
#include "modules/auth/recovery/recovery_controller.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/session.hpp"
#include "repository/database/transact.hpp"

#include <utility>

namespace noded::auth {

// Whether the account is disabled is found out with the session that opens. The link confirms no
// address: a password that somebody else gave with it stays as unusable as it was.
Task<http::Response> RecoveryController::log_in(
    const AuthState& state, http::Request& request, const json::value& fields, const Link& link
) {
  const std::string token = text_field(fields, "token");
  auto account = co_await state.users.find_by_id(link.user, request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  const bool is_theirs =
      *account && (*account)->email == link.address && (*account)->strategy == kPasswordStrategy;
  if (!is_theirs) {
    co_await parts_.journal.failed(request, *account ? link.user : std::string());
    co_return refuse_link(
        request,
        link,
        token,
        {Errc::kNotFound, "the account's address changed", std::string(kLinkGone), {}}
    );
  }
  const Proven proven{.account = std::move(**account), .amr = {"email"}};
  const json::value* cookie = fields.get_object().if_contains("cookie");
  const json::value wanted{
      {"next", link.next}, {"cookie", cookie != nullptr && *cookie == json::value(true)}
  };
  auto use = [this,
              hash = hash_of_session_token(token),
              key = proven.account.key](Transaction& transaction) {
    return parts_.links.use(transaction, hash, Purpose::kLogin, key);
  };
  auto answer = co_await parts_.entrance.let_in(state, request, wanted, proven, 200, use);
  if (!answer && answer.error().type == kMfaRequiredType) {
    // Nothing was written: the link is used up by the first step of two.
    auto used =
        co_await database::transact(parts_.database.store(), request.deadline, std::move(use));
    if (!used) co_return refuse_link(request, link, token, used.error());
    co_return co_await parts_.entrance.ask_second_factor(
        state, request, wanted, proven.account, "email"
    );
  }
  if (!answer) {
    co_await parts_.journal.failed(request, link.user);
    co_return refuse_link(request, link, token, answer.error());
  }
  co_await parts_.gate.succeeded(
      asking_of(request, Purpose::kLogin, link.address), request.deadline
  );
  co_await parts_.journal.succeeded(request, link.user);
  co_return std::move(*answer);
}

}  // namespace noded::auth
