// The passkeys of the account that is signed in.
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/passkey/passkey_answers.hpp"
#include "modules/auth/passkey/passkey_controller.hpp"

#include <utility>

namespace noded::auth {
Task<http::Response> PasskeyController::list(Call& call) {
  auto account = co_await require_account(call);
  if (!account) co_return std::move(account.error());
  const auto present = co_await credentials_.of_user(account->key, call.request.deadline);
  if (!present) co_return refuse_passkey(present.error());
  std::string body = "{\"credentials\":[";
  for (const Credential& credential : *present) {
    if (&credential != &present->front()) body += ',';
    body += describe(credential);
  }
  body += "]}";
  co_return answer_passkey(std::move(body));
}

Task<http::Response> PasskeyController::rename(Call& call) {
  auto account = co_await require_account(call);
  if (!account) co_return std::move(account.error());
  std::string name = text_field(call.body, "name");
  if (!is_good_label(name)) co_return refuse_passkey("malformed", "name: 1 to 64 characters");
  const auto id = codec::base64url_decode(call.request.parameter("id"));
  if (!id) co_return no_such_passkey();
  const auto renamed =
      co_await credentials_.rename(account->key, *id, std::move(name), call.request.deadline);
  if (!renamed) co_return refuse_passkey(renamed.error());
  if (!*renamed) co_return no_such_passkey();
  co_return answer_passkey("{\"credential\":" + describe(**renamed) + '}');
}

Task<http::Response> PasskeyController::remove(Call& call) {
  auto account = co_await require_account(call);
  if (!account) co_return std::move(account.error());
  if (rules_.step_up_for_delete && !has_proved_recently(*call.request.identity, seconds(clock_)))
    co_return refuse_passkey("step_up_required");
  const auto id = codec::base64url_decode(call.request.parameter("id"));
  if (!id) co_return no_such_passkey();
  const bool has_password = account->strategy == kPasswordStrategy;
  const auto removed =
      co_await credentials_.by(audit::actor_of(call.request))
          .remove(
              account->key, *id, has_password || rules_.allow_delete_last, call.request.deadline
          );
  if (!removed) co_return refuse_passkey(removed.error());
  if (!*removed) co_return no_such_passkey();
  co_return answer_passkey({}, 204);
}

}  // namespace noded::auth
