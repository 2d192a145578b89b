// AddressVerification: what the options auth.verify_email and auth.hide_existence ask of who
// registers. Thread-safe.
#pragma once

#include "noded/http.hpp"
#include "noded/node.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/recovery/address_proof.hpp"
#include "modules/auth/recovery/link_sender.hpp"
#include "modules/auth/recovery/recovery_options.hpp"
#include "modules/auth/session/login_gate.hpp"
#include "modules/auth/users.hpp"
#include "repository/database/database.hpp"

#include <string>

namespace noded::auth {

// Error::type of the refusal of somebody who has yet to prove an address.
inline constexpr std::string_view kAddressUnproven = "EMAIL_NOT_VERIFIED";

class AddressVerification {
 public:
  // All outlive it.
  AddressVerification(
      database::Database& database,
      LinkSender& sender,
      LoginGate& gate,
      const RecoveryRules& rules,
      Node::Logger& log
  )
      : database_(database), sender_(sender), gate_(gate), rules_(rules), log_(log) {}

  // Whether no answer may tell that an address has an account: registrations are then answered
  // alike, after the same work, and only the letter says what came of them.
  bool hides_existence() const { return is_on() && rules_.hide_existence; }

  // What is written together with a new account of that address; empty: nothing.
  Users::Addition addition(std::string address) const;
  // After that: sends the link. A letter that cannot be sent is logged, since it can be asked for
  // again. kForbidden, type kAddressUnproven: the account may log in once its address is proven.
  Task<Result<>> registered(const Account& account, const http::Request& request) const;
  // Where existence is hidden, instead of registered() for one that made no account: writes an
  // entry of the audit chain where the other wrote the account, and sends the notice, unless the
  // address was sent many already. Always an error: what registered() answers, or that of the
  // write.
  Task<Result<>> refused(std::string address, Notice notice, const http::Request& request) const;
  // kForbidden as above.
  Task<Result<>> require_proof(const Account& account, SteadyTime deadline) const;

  Task<Result<AddressProof>> proof_of(const Account& account, SteadyTime deadline) const;

 private:
  bool is_on() const { return sender_.has_mail() && rules_.verify_email != VerifyEmail::kOff; }

  database::Database& database_;
  LinkSender& sender_;
  LoginGate& gate_;
  const RecoveryRules& rules_;
  Node::Logger& log_;
};

}  // namespace noded::auth
