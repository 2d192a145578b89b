#include "modules/auth/recovery/address_verification.hpp"

#include "codec/json.hpp"
#include "repository/audit/actor.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/transact.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace noded::auth {
namespace {

std::unexpected<Error> unproven() {
  return fail(
      Errc::kForbidden,
      "the e-mail address has to be confirmed first: open the link that was sent to it, or ask for "
      "another one at /auth/verify",
      std::string(kAddressUnproven)
  );
}

}  // namespace

Users::Addition AddressVerification::addition(std::string address) const {
  if (!is_on()) return {};
  return [this, address = std::move(address)](
             Transaction& transaction, const database::RowKey& key
         ) -> Result<> {
    put_address_proof(transaction, database_.application(), key, address, 0);
    return {};
  };
}

Task<Result<>> AddressVerification::registered(const Account& account, const http::Request& request)
    const {
  if (!is_on()) co_return Result<>();
  LinkWish wish{
      .purpose = Purpose::kVerify,
      .language = language_of(request.header("accept-language")),
      .actor = audit::actor_of(request)
  };
  if (hides_existence()) {
    co_await sender_.send_behind(account, std::move(wish));
    co_return unproven();
  }
  const auto sent = co_await sender_.send(account, std::move(wish), request.deadline);
  if (!sent) {
    const json::object fields{{"user", account.key.text()}, {"cause", sent.error().message}};
    log_.warning("auth.letter_not_written", codec::to_json_text(fields));
  }
  if (rules_.verify_email == VerifyEmail::kRequired) co_return unproven();
  co_return Result<>();
}

Task<Result<>> AddressVerification::refused(
    std::string address, Notice notice, const http::Request& request
) const {
  const audit::AuditChain chain(database_.application(), database_.clock());
  audit::Act act = done_by(
      audit::actor_of(request),
      "user.create",
      notice == Notice::kHasAccount ? "a taken address" : "a taken name"
  );
  act.result = "refused";
  auto body = [&](Transaction& transaction) {
    return chain.append(transaction, act);
  };
  auto kept = co_await database::transact(database_.store(), request.deadline, std::move(body));
  if (!kept) co_return kept;
  // Counted by the address alone: others of that network do nothing wrong.
  auto attempt = LoginGate::attempt_of(request, "register " + address, {});
  attempt.network.clear();
  if (gate_.wait_s(attempt) == 0) {
    co_await gate_.failed(attempt, request.deadline);
    sender_.tell(address, notice, language_of(request.header("accept-language")));
  }
  co_return unproven();
}

Task<Result<>> AddressVerification::require_proof(const Account& account, SteadyTime deadline)
    const {
  if (!is_on() || rules_.verify_email != VerifyEmail::kRequired) co_return Result<>();
  const auto proof = co_await proof_of(account, deadline);
  if (!proof) co_return std::unexpected(proof.error());
  if (proof->is_pending) co_return unproven();
  co_return Result<>();
}

Task<Result<AddressProof>> AddressVerification::proof_of(
    const Account& account, SteadyTime deadline
) const {
  auto body = [&](Transaction& transaction) {
    return address_proof(transaction, database_.application(), account.key, account.email);
  };
  co_return co_await database::read(database_.store(), deadline, std::move(body));
}

}  // namespace noded::auth
