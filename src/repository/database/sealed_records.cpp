#include "repository/database/sealed_records.hpp"

#include "repository/database/keys.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace noded::database {
namespace {

constexpr std::size_t kAtOnce = 200;  // records in one transaction

// Where the secrets of the configuration lie; the second while a change of the schema runs.
std::array<std::string, 2> configuration_keys(std::uint16_t application) {
  return {
      keys::meta(application, kSecretsRecord),
      keys::meta(application, std::string("next ").append(kSecretsRecord))
  };
}

std::string secret_key(std::uint16_t application, std::string_view name) {
  return keys::prefix(application, keys::Space::kSecret).append(name);
}

void add_to(SealedCounts& counts, std::optional<SealingKeyId> key) {
  ++counts.records;
  if (key) {
    ++counts.keys[*key];
  } else {
    ++counts.unsealed;
  }
}

}  // namespace

std::string SealedRecords::token() const {
  return "sealing keys " + std::to_string(application_);
}

std::string SealedRecords::context_of(std::string_view name) const {
  return std::to_string(application_).append(" secret ").append(name);
}

std::string SealedRecords::configuration_context() const {
  return std::to_string(application_).append(" configuration");
}

bool SealedRecords::is_newest(std::string_view stored) const {
  const auto key = box_->key_of(stored);
  const auto keys = box_->keys();
  return key && !keys.empty() && keys.back() == *key;
}

Result<std::optional<std::string>> SealedRecords::get(
    Transaction& transaction, std::string_view name
) const {
  std::string stored;
  const auto found = transaction.get(secret_key(application_, name), stored);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  auto opened = box_->open(stored, context_of(name));
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::move(*opened);
}

Result<> SealedRecords::put(
    Transaction& transaction, std::string_view name, std::string_view secret
) const {
  transaction.observe(token());
  const auto sealed = box_->seal(secret, context_of(name));
  if (!sealed) return std::unexpected(sealed.error());
  transaction.put(secret_key(application_, name), *sealed);
  return {};
}

void SealedRecords::erase(
    Transaction& transaction, std::uint16_t application, std::string_view name
) {
  transaction.erase(secret_key(application, name));
}

Result<std::string> SealedRecords::seal_configuration(std::string_view secrets) const {
  return box_->seal(secrets, configuration_context());
}

Result<std::string> SealedRecords::open_configuration(std::string_view stored) const {
  if (!box_->key_of(stored)) return std::string(stored);
  return box_->open(stored, configuration_context());
}

// False when there was nothing to do.
Result<bool> SealedRecords::reseal(
    Transaction& transaction, const std::string& key, const std::string& context
) const {
  std::string stored;
  const auto found = transaction.get(key, stored);
  if (!found) return std::unexpected(found.error());
  if (!*found || is_newest(stored)) return false;
  const bool is_readable = !box_->key_of(stored);
  const auto secret = is_readable ? Result<std::string>(stored) : box_->open(stored, context);
  if (!secret) return std::unexpected(secret.error());
  const auto sealed = box_->seal(*secret, context);
  if (!sealed) return std::unexpected(sealed.error());
  transaction.put(key, *sealed);
  return true;
}

Task<Result<SealedCounts>> SealedRecords::reseal_configuration(StoreAccess store) const {
  auto body = [this](Transaction& transaction) -> Result<SealedCounts> {
    SealedCounts done;
    for (const std::string& key : configuration_keys(application_)) {
      std::string stored;
      const auto found = transaction.get(key, stored);
      if (!found) return std::unexpected(found.error());
      const auto sealed = reseal(transaction, key, configuration_context());
      if (!sealed) return std::unexpected(sealed.error());
      if (*sealed) add_to(done, box_->key_of(stored));
    }
    return done;
  };
  co_return co_await transact(store, SteadyTime::max(), std::move(body));
}

Task<Result<std::uint64_t>> SealedRecords::reseal_all(StoreAccess store) const {
  const auto configuration = co_await reseal_configuration(store);
  if (!configuration) co_return std::unexpected(configuration.error());
  std::uint64_t sealed = configuration->records;
  const std::string prefix = keys::prefix(application_, keys::Space::kSecret);
  std::string next = prefix;
  struct Piece {
    std::uint64_t sealed = 0;
    std::string next;  // empty at the end
  };
  auto body = [&](Transaction& transaction) -> Result<Piece> {
    std::vector<std::string> names;
    const auto cursor =
        transaction.scan({.begin = next, .end = prefix_range(prefix).end}, Direction::kForward);
    while (names.size() < kAtOnce && cursor->next())
      names.emplace_back(cursor->key());
    if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
    Piece piece;
    for (const std::string& key : names) {
      const std::string_view name = std::string_view(key).substr(prefix.size());
      const auto done = reseal(transaction, key, context_of(name));
      if (!done) return std::unexpected(done.error());
      piece.sealed += *done ? 1U : 0U;
    }
    if (names.size() == kAtOnce) piece.next = names.back() + '\0';
    return piece;
  };
  while (!next.empty()) {
    auto piece = co_await transact(store, SteadyTime::max(), body);
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    sealed += piece->sealed;
    next = std::move(piece->next);
  }
  co_return sealed;
}

Task<Result<>> SealedRecords::announce_new_key(StoreAccess store) const {
  auto body = [this](Transaction& transaction) -> Result<> {
    transaction.announce(token());
    return {};
  };
  co_return co_await transact(store, SteadyTime::max(), std::move(body));
}

Result<SealedCounts> SealedRecords::count(Transaction& transaction) const {
  return count_sealed(transaction, application_, [this](std::string_view sealed) {
    return box_->key_of(sealed);
  });
}

Result<SealedCounts> count_sealed(
    Transaction& transaction, std::uint16_t application, const KeyOf& key_of
) {
  SealedCounts counts;
  std::string stored;
  for (const std::string& key : configuration_keys(application)) {
    const auto found = transaction.peek(key, stored);
    if (!found) return std::unexpected(found.error());
    if (*found) add_to(counts, key_of(stored));
  }
  const auto cursor = transaction.scan(
      prefix_range(keys::prefix(application, keys::Space::kSecret)), Direction::kForward
  );
  while (cursor->next())
    add_to(counts, key_of(cursor->value()));
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  return counts;
}

}  // namespace noded::database
