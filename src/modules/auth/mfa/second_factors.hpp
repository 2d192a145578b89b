// SecondFactors: the second factors of an application's accounts, each a sealed record named
// "second_factor <key of the account>". Thread-safe. Errors beside the ones named are those of
// reads and writes.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/secret_box.hpp"
#include "noded/task.hpp"

#include "modules/auth/mfa/second_factor.hpp"
#include "repository/audit/actor.hpp"
#include "repository/database/database.hpp"
#include "repository/database/sealed_records.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

struct SecondFactorStatus {
  bool is_on = false;
  std::size_t recovery_codes = 0;  // that are left
};

// Cheap to copy; what it is given outlives it.
class SecondFactors {
 public:
  SecondFactors(database::Database& database, SecretBox& box, const Clock& clock)
      : database_(&database), clock_(&clock), records_(box, database.application()) {}

  // The same for one who acts: their changes stand in the audit chain.
  SecondFactors by(audit::Actor actor) const;

  Task<Result<SecondFactorStatus>> status(database::RowKey account, SteadyTime deadline) const;

  // A new seed for an app, of no effect before confirm(); an earlier one that was not confirmed is
  // forgotten. kExists: it is on already.
  Task<Result<std::string>> begin(database::RowKey account, SteadyTime deadline) const;
  // Turns it on by a code of the app, and makes the recovery codes. kNotFound: not begun; kExists:
  // it is on already; kInvalid: the code is wrong.
  Task<Result<std::vector<std::string>>> confirm(
      database::RowKey account, std::string code, SteadyTime deadline
  ) const;
  // New recovery codes; those before are void. kNotFound: it is not on.
  Task<Result<std::vector<std::string>>> renew_recovery_codes(
      database::RowKey account, SteadyTime deadline
  ) const;
  // False when there was none.
  Task<Result<bool>> remove(database::RowKey account, SteadyTime deadline) const;

  enum class Check : std::uint8_t { kNotAsked, kMissing, kWrong, kRight };
  // Whether a code opens the account: kNotAsked when it has no second factor, kMissing when it has
  // and the code is empty. A right one is used up when this returns.
  Task<Result<Check>> check(database::RowKey account, std::string code, SteadyTime deadline) const;

  // Of an account that goes, as a part of that transaction.
  static void erase(
      Transaction& transaction, std::uint16_t application, const database::RowKey& account
  );

 private:
  Result<SecondFactor> load(Transaction& transaction, const database::RowKey& account) const;
  Result<> store(
      Transaction& transaction, const database::RowKey& account, const SecondFactor& factor
  ) const;
  Result<> record(
      Transaction& transaction, const database::RowKey& account, std::string_view action
  ) const;
  std::int64_t now_s() const { return clock_->wall().time_since_epoch().count() / 1000; }

  database::Database* database_;
  const Clock* clock_;
  database::SealedRecords records_;
  audit::Actor actor_;
};

}  // namespace noded::auth
