// Credentials: the passkeys of all accounts, in the store of the application. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/passkey/credential.hpp"
#include "repository/audit/actor.hpp"
#include "repository/database/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

// Cheap to copy; `database` must outlive it. Besides their own, all calls answer the errors of
// reads and writes. What is added and removed stands in the audit chain.
class Credentials {
 public:
  explicit Credentials(database::Database& database) : database_(&database) {}
  // The same, with whom the audit chain names.
  Credentials by(audit::Actor actor) const;

  Task<Result<std::optional<Credential>>> find(std::string id, SteadyTime deadline) const;
  // By their age.
  Task<Result<std::vector<Credential>>> of_user(database::RowKey user, SteadyTime deadline) const;
  // What the authenticators of an account know it by; empty before its first passkey.
  Task<Result<std::string>> handle_of(database::RowKey user, SteadyTime deadline) const;

  // Errors: kExists of type "credential_exists" when any account has it; kUnprocessable of type
  // "too_many_credentials"; kConflict of type "challenge_unknown" when the account has another
  // handle by now.
  Task<Result<>> add(Credential credential, std::size_t most, SteadyTime deadline) const;
  // The same as a part of somebody else's transaction.
  Result<> add(Transaction& transaction, const Credential& credential, std::size_t most) const;

  struct Use {
    std::uint32_t counted_from = 0;  // the count that the assertion was verified against
    std::uint32_t sign_count = 0;
    bool backed_up = false;
    bool is_counter_regressed = false;  // and was let pass
    WallTime time;
  };
  // A part of the transaction that opens the session. Errors: kConflict of the type
  // "counter_regression" when the credential is gone, or was used meanwhile so that its count has
  // passed this one.
  Result<> note_use(Transaction& transaction, std::string_view id, const Use& use) const;
  Task<Result<>> suspect_clone(std::string id, SteadyTime deadline) const;

  // Both empty or false when the account has no such passkey.
  Task<Result<std::optional<Credential>>> rename(
      database::RowKey user, std::string id, std::string name, SteadyTime deadline
  ) const;
  // kExists of type "last_credential" for the last one, unless that may go.
  Task<Result<bool>> remove(
      database::RowKey user, std::string id, bool may_be_last, SteadyTime deadline
  ) const;
  // All of an account that goes, as a part of that transaction.
  static Result<> erase_all(
      Transaction& transaction, std::uint16_t application, const database::RowKey& user
  );

 private:
  Result<> record(Transaction& transaction, const Credential& credential, std::string_view action)
      const;

  database::Database* database_;
  audit::Actor actor_;
};

}  // namespace noded::auth
