#include "modules/auth/passkey/credentials.hpp"

#include "repository/audit/audit_chain.hpp"
#include "repository/database/keys.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

using database::RowKey;
using database::keys::Space;

// The passkeys of one application within one transaction.
class Shelf {
 public:
  Shelf(std::uint16_t application, Transaction& transaction)
      : application_(application), transaction_(transaction) {}

  Result<std::optional<Credential>> load(std::string_view id) {
    std::string text;
    const auto found = transaction_.get(key(Space::kCredential, id), text);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    return decode_credential(id, text);
  }

  Result<std::optional<Credential>> load_of(const RowKey& user, std::string_view id) {
    auto credential = load(id);
    if (credential && *credential && (*credential)->user_key != user.bytes()) return std::nullopt;
    return credential;
  }

  Result<std::vector<std::string>> ids_of(std::string_view user) {
    const std::string prefix = key(Space::kCredentialOfUser, user);
    std::vector<std::string> ids;
    const auto cursor = transaction_.scan(prefix_range(prefix), Direction::kForward);
    while (cursor->next())
      ids.emplace_back(cursor->key().substr(prefix.size()));
    if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
    return ids;
  }

  Result<std::string> handle_of(std::string_view user) {
    std::string handle;
    const auto found = transaction_.get(key(Space::kUserHandle, user), handle);
    if (!found) return std::unexpected(found.error());
    return *found ? handle : std::string();
  }

  void put(const Credential& credential) {
    transaction_.put(key(Space::kCredential, credential.id), encode(credential));
  }

  Result<> add(const Credential& credential, std::size_t most) {
    const auto present = load(credential.id);
    if (!present) return std::unexpected(present.error());
    if (*present) return fail(Errc::kExists, "this passkey is known already", "credential_exists");
    const auto handle = handle_of(credential.user_key);
    if (!handle) return std::unexpected(handle.error());
    if (!handle->empty() && *handle != credential.user_handle)
      return fail(Errc::kConflict, "the account has got another handle", "challenge_unknown");
    const auto ids = ids_of(credential.user_key);
    if (!ids) return std::unexpected(ids.error());
    if (ids->size() >= most) {
      return fail(
          Errc::kUnprocessable,
          "an account may have " + std::to_string(most) + " passkeys",
          "too_many_credentials"
      );
    }
    put(credential);
    transaction_.put(
        key(Space::kCredentialOfUser, credential.user_key) + credential.id, std::string_view()
    );
    touch(credential.user_key, credential.user_handle);
    return {};
  }

  void erase(const Credential& credential) {
    erase(credential.user_key, credential.id);
    touch(credential.user_key, credential.user_handle);
  }

  Result<> erase_all(std::string_view user) {
    const auto ids = ids_of(user);
    if (!ids) return std::unexpected(ids.error());
    for (const std::string& id : *ids)
      erase(user, id);
    transaction_.erase(key(Space::kUserHandle, user));
    return {};
  }

 private:
  void erase(std::string_view user, std::string_view id) {
    transaction_.erase(key(Space::kCredential, id));
    transaction_.erase(key(Space::kCredentialOfUser, user).append(id));
  }
  std::string key(Space space, std::string_view rest) const {
    return database::keys::prefix(application_, space).append(rest);
  }
  // Who adds or removes one of an account's passkeys conflicts with whoever else does.
  void touch(std::string_view user, std::string_view handle) {
    transaction_.put(key(Space::kUserHandle, user), handle);
  }

  std::uint16_t application_;
  Transaction& transaction_;
};

bool comes_before(const Credential& a, const Credential& b) {
  return a.created != b.created ? a.created < b.created : a.id < b.id;
}

}  // namespace

Task<Result<std::optional<Credential>>> Credentials::find(std::string id, SteadyTime deadline)
    const {
  auto body = [&](Transaction& transaction) {
    return Shelf(database_->application(), transaction).load(id);
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<std::vector<Credential>>> Credentials::of_user(RowKey user, SteadyTime deadline) const {
  auto body = [&](Transaction& transaction) -> Result<std::vector<Credential>> {
    Shelf shelf(database_->application(), transaction);
    const auto ids = shelf.ids_of(user.bytes());
    if (!ids) return std::unexpected(ids.error());
    std::vector<Credential> all;
    for (const std::string& id : *ids) {
      auto credential = shelf.load(id);
      if (!credential) return std::unexpected(std::move(credential.error()));
      if (*credential) all.push_back(std::move(**credential));
    }
    std::ranges::sort(all, comes_before);
    return all;
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<std::string>> Credentials::handle_of(RowKey user, SteadyTime deadline) const {
  auto body = [&](Transaction& transaction) {
    return Shelf(database_->application(), transaction).handle_of(user.bytes());
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Result<> Credentials::add(Transaction& transaction, const Credential& credential, std::size_t most)
    const {
  if (auto added = Shelf(database_->application(), transaction).add(credential, most); !added)
    return added;
  return record(transaction, credential, "passkey.add");
}

Credentials Credentials::by(audit::Actor actor) const {
  Credentials same = *this;
  same.actor_ = std::move(actor);
  return same;
}

Result<> Credentials::record(
    Transaction& transaction, const Credential& credential, std::string_view action
) const {
  const audit::AuditChain chain(database_->application(), database_->clock());
  std::string user = "user " + RowKey::from_bytes(credential.user_key).text();
  return chain.append(transaction, audit::done_by(actor_, std::string(action), std::move(user)));
}

Result<> Credentials::erase_all(
    Transaction& transaction, std::uint16_t application, const RowKey& user
) {
  return Shelf(application, transaction).erase_all(user.bytes());
}

Task<Result<>> Credentials::add(Credential credential, std::size_t most, SteadyTime deadline)
    const {
  auto body = [&](const database::Schema&, Transaction& transaction) {
    return add(transaction, credential, most);
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Result<> Credentials::note_use(Transaction& transaction, std::string_view id, const Use& use)
    const {
  const auto overtaken = [] {
    return fail(Errc::kConflict, "the passkey was used or deleted meanwhile", "counter_regression");
  };
  Shelf shelf(database_->application(), transaction);
  auto credential = shelf.load(id);
  if (!credential) return std::unexpected(std::move(credential.error()));
  if (!*credential) return overtaken();
  Credential& present = **credential;
  const bool has_moved = present.sign_count != use.counted_from;
  if (has_moved && use.sign_count <= present.sign_count && !use.is_counter_regressed)
    return overtaken();
  present.sign_count = use.sign_count;
  present.backed_up = use.backed_up;
  present.last_used = use.time;
  const bool is_news = use.is_counter_regressed && !present.is_clone_suspected;
  if (is_news) present.is_clone_suspected = true;
  shelf.put(present);
  return is_news ? record(transaction, present, "passkey.clone") : Result<>();
}

Task<Result<>> Credentials::suspect_clone(std::string id, SteadyTime deadline) const {
  auto body = [&](const database::Schema&, Transaction& transaction) -> Result<> {
    Shelf shelf(database_->application(), transaction);
    auto credential = shelf.load(id);
    if (!credential) return std::unexpected(std::move(credential.error()));
    if (!*credential || (*credential)->is_clone_suspected) return {};
    (*credential)->is_clone_suspected = true;
    shelf.put(**credential);
    return record(transaction, **credential, "passkey.clone");
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Task<Result<std::optional<Credential>>> Credentials::rename(
    RowKey user, std::string id, std::string name, SteadyTime deadline
) const {
  auto body = [&](const database::Schema&,
                  Transaction& transaction) -> Result<std::optional<Credential>> {
    Shelf shelf(database_->application(), transaction);
    auto credential = shelf.load_of(user, id);
    if (!credential || !*credential) return credential;
    (*credential)->name = name;
    shelf.put(**credential);
    return credential;
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Task<Result<bool>> Credentials::remove(
    RowKey user, std::string id, bool may_be_last, SteadyTime deadline
) const {
  auto body = [&](const database::Schema&, Transaction& transaction) -> Result<bool> {
    Shelf shelf(database_->application(), transaction);
    const auto credential = shelf.load_of(user, id);
    if (!credential) return std::unexpected(credential.error());
    if (!*credential) return false;
    const auto ids = shelf.ids_of(user.bytes());
    if (!ids) return std::unexpected(ids.error());
    if (ids->size() <= 1 && !may_be_last) {
      return fail(Errc::kExists, "this is the account's last way to sign in", "last_credential");
    }
    shelf.erase(**credential);
    if (auto kept = record(transaction, **credential, "passkey.remove"); !kept)
      return std::unexpected(std::move(kept.error()));
    return true;
  };
  co_return co_await database_->write(deadline, std::move(body));
}

}  // namespace noded::auth
