// LinkSender: one-time links on their way to whom they are for: by mail, or handed to the operator.
// Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/node.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "mail/outbox.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/recovery/letters.hpp"
#include "modules/auth/recovery/links.hpp"
#include "modules/auth/recovery/recovery_options.hpp"
#include "modules/auth/session/language.hpp"
#include "repository/audit/actor.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

namespace noded::auth {

// What is asked for, and by whom.
struct LinkWish {
  Purpose purpose = Purpose::kRecover;
  Language language = Language::kEnglish;
  audit::Actor actor{};
  std::string next{};  // of a login: where it leads
};

class LinkSender {
 public:
  static constexpr std::size_t kMostBehind = 64;  // letters that are being looked up and written

  // All outlive it; `outbox` is null where no mail is configured.
  LinkSender(
      Links& links,
      mail::Outbox* outbox,
      const RecoveryRules& rules,
      const Clock& clock,
      Node::Logger& log
  )
      : links_(links), outbox_(outbox), rules_(rules), clock_(clock), log_(log) {}

  bool has_mail() const { return outbox_ != nullptr; }
  std::size_t behind() const { return behind_.load(); }  // letters that ask() still works on
  // What the letter of a link tells where it leads; its path alone when the node's URL is not
  // known.
  std::string target(Purpose purpose, std::string_view token) const;

  // For whoever says that the address is theirs: returns at once and does the rest behind the
  // caller, so that neither answer nor time tell whether there is such an account. kOverloaded.
  Task<Result<>> ask(AuthStatePtr state, std::string address, LinkWish wish);
  // To an account. False where it has too many links already. kInvalid: no letter can be sent to
  // its address; kOverloaded, and errors of writes.
  Task<Result<bool>> send(const Account& account, LinkWish wish, SteadyTime deadline);
  // The same behind the caller; what goes wrong is logged.
  Task<> send_behind(Account account, LinkWish wish);
  // Without a link. What goes wrong is logged.
  void tell(const std::string& address, Notice notice, Language language);

 private:
  bool may_go_behind();  // has to be taken back with behind_
  Task<> look_up_and_send(AuthStatePtr state, std::string address, LinkWish wish);
  Task<> go_behind(Account account, LinkWish wish);
  Task<> send_or_log(Account account, LinkWish wish, SteadyTime deadline);
  void log_unwritten(std::string_view purpose, std::string_view user, const Error& error);

  Links& links_;
  mail::Outbox* outbox_;
  const RecoveryRules& rules_;
  const Clock& clock_;
  Node::Logger& log_;
  std::atomic<std::size_t> behind_{0};
};

// The account of an address as people type it: as stored, else in lower case.
Task<Result<std::optional<Account>>> find_account(
    const AuthState& state, std::string address, SteadyTime deadline
);

}  // namespace noded::auth
