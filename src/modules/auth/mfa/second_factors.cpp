#include "modules/auth/mfa/second_factors.hpp"

#include "repository/audit/audit_chain.hpp"

#include <optional>
#include <utility>

namespace noded::auth {
namespace {

using database::RowKey;

std::string name_of(const RowKey& account) {
  return "second_factor " + account.text();
}

std::unexpected<Error> is_on_already() {
  return fail(Errc::kExists, "the account has an authenticator app already; remove that first");
}

}  // namespace

SecondFactors SecondFactors::by(audit::Actor actor) const {
  SecondFactors same = *this;
  same.actor_ = std::move(actor);
  return same;
}

// Without a seed when there is none.
Result<SecondFactor> SecondFactors::load(Transaction& transaction, const RowKey& account) const {
  const auto text = records_.get(transaction, name_of(account));
  if (!text) return std::unexpected(text.error());
  return *text ? decode_second_factor(**text) : SecondFactor{};
}

Result<> SecondFactors::store(
    Transaction& transaction, const RowKey& account, const SecondFactor& factor
) const {
  return records_.put(transaction, name_of(account), encode(factor));
}

void SecondFactors::erase(
    Transaction& transaction, std::uint16_t application, const RowKey& account
) {
  database::SealedRecords::erase(transaction, application, name_of(account));
}

Result<> SecondFactors::record(
    Transaction& transaction, const RowKey& account, std::string_view action
) const {
  const audit::AuditChain chain(database_->application(), database_->clock());
  return chain.append(
      transaction, audit::done_by(actor_, std::string(action), "user " + account.text())
  );
}

Task<Result<SecondFactorStatus>> SecondFactors::status(RowKey account, SteadyTime deadline) const {
  auto body = [&](Transaction& transaction) -> Result<SecondFactorStatus> {
    const auto factor = load(transaction, account);
    if (!factor) return std::unexpected(factor.error());
    return SecondFactorStatus{.is_on = factor->is_on, .recovery_codes = factor->recovery.size()};
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<std::string>> SecondFactors::begin(RowKey account, SteadyTime deadline) const {
  const SecondFactor fresh = SecondFactor::fresh();
  auto body = [&](Transaction& transaction) -> Result<std::string> {
    const auto present = load(transaction, account);
    if (!present) return std::unexpected(present.error());
    if (present->is_on) return is_on_already();
    if (auto stored = store(transaction, account, fresh); !stored)
      return std::unexpected(std::move(stored.error()));
    return fresh.seed;
  };
  co_return co_await database::transact(database_->store(), deadline, std::move(body));
}

Task<Result<std::vector<std::string>>> SecondFactors::confirm(
    RowKey account, std::string code, SteadyTime deadline
) const {
  auto body = [&](Transaction& transaction) -> Result<std::vector<std::string>> {
    auto factor = load(transaction, account);
    if (!factor) return std::unexpected(std::move(factor.error()));
    if (factor->seed.empty()) return fail(Errc::kNotFound, "no authenticator app was begun with");
    if (factor->is_on) return is_on_already();
    if (use_code(*factor, code, now_s()) != CodeKind::kApp)
      return fail(Errc::kInvalid, "the code is wrong; is the clock of the device right?");
    factor->is_on = true;
    auto codes = auth::renew_recovery_codes(*factor);
    if (auto stored = store(transaction, account, *factor); !stored)
      return std::unexpected(std::move(stored.error()));
    if (auto kept = record(transaction, account, "second_factor.add"); !kept)
      return std::unexpected(std::move(kept.error()));
    return codes;
  };
  co_return co_await database::transact(database_->store(), deadline, std::move(body));
}

Task<Result<std::vector<std::string>>> SecondFactors::renew_recovery_codes(
    RowKey account, SteadyTime deadline
) const {
  auto body = [&](Transaction& transaction) -> Result<std::vector<std::string>> {
    auto factor = load(transaction, account);
    if (!factor) return std::unexpected(std::move(factor.error()));
    if (!factor->is_on) return fail(Errc::kNotFound, "the account has no authenticator app");
    auto codes = auth::renew_recovery_codes(*factor);
    if (auto stored = store(transaction, account, *factor); !stored)
      return std::unexpected(std::move(stored.error()));
    if (auto kept = record(transaction, account, "second_factor.recovery_codes"); !kept)
      return std::unexpected(std::move(kept.error()));
    return codes;
  };
  co_return co_await database::transact(database_->store(), deadline, std::move(body));
}

Task<Result<bool>> SecondFactors::remove(RowKey account, SteadyTime deadline) const {
  auto body = [&](Transaction& transaction) -> Result<bool> {
    const auto factor = load(transaction, account);
    if (!factor) return std::unexpected(factor.error());
    if (factor->seed.empty()) return false;
    erase(transaction, database_->application(), account);
    if (!factor->is_on) return false;
    if (auto kept = record(transaction, account, "second_factor.remove"); !kept)
      return std::unexpected(std::move(kept.error()));
    return true;
  };
  co_return co_await database::transact(database_->store(), deadline, std::move(body));
}

Task<Result<SecondFactors::Check>> SecondFactors::check(
    RowKey account, std::string code, SteadyTime deadline
) const {
  const auto present = co_await status(account, deadline);
  if (!present) co_return std::unexpected(present.error());
  if (!present->is_on) co_return Check::kNotAsked;
  if (code.empty()) co_return Check::kMissing;
  auto body = [&](Transaction& transaction) -> Result<Check> {
    auto factor = load(transaction, account);
    if (!factor) return std::unexpected(std::move(factor.error()));
    if (!factor->is_on) return Check::kNotAsked;
    const CodeKind kind = use_code(*factor, code, now_s());
    if (kind == CodeKind::kWrong) return Check::kWrong;
    if (auto stored = store(transaction, account, *factor); !stored)
      return std::unexpected(std::move(stored.error()));
    if (kind == CodeKind::kRecovery) {
      if (auto kept = record(transaction, account, "second_factor.recovery_code_used"); !kept)
        return std::unexpected(std::move(kept.error()));
    }
    return Check::kRight;
  };
  co_return co_await database::transact(database_->store(), deadline, std::move(body));
}

}  // namespace noded::auth
