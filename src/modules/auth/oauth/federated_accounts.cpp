#include "modules/auth/oauth/federated_accounts.hpp"

#include "modules/auth/users.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row.hpp"
#include "repository/database/transact.hpp"

#include <string_view>
#include <utility>

namespace noded::auth {
namespace {

using database::Entity;
using database::RowKey;
using database::RowView;

const database::Index* index_of_subjects(const Entity& entity) {
  for (const database::Index* index : entity.indices) {
    if (index->ready && !index->unique && index->fields.size() == 1 &&
        index->fields.front()->name == "strategy_value")
      return index;
  }
  return nullptr;
}

// The rows of one transaction.
class Search {
 public:
  Search(std::uint16_t application, const Entity& entity, Transaction& transaction)
      : application_(application), entity_(entity), transaction_(transaction) {}

  // The first account of the strategy with the subject, other than `except`.
  Result<std::optional<RowKey>> find(
      std::string_view strategy, std::string_view subject, const RowKey* except
  ) {
    const database::Index* index = index_of_subjects(entity_);
    std::string prefix =
        index != nullptr
            ? database::keys::prefix(application_, database::keys::Space::kIndex, index->id)
            : database::keys::prefix(application_, database::keys::Space::kRow, entity_.id);
    if (index != nullptr)
      database::keys::append_value(prefix, database::ValueView::of_text(subject));
    const auto cursor = transaction_.scan(prefix_range(prefix), Direction::kForward);
    while (cursor->next()) {
      const RowKey key = RowKey::from_bytes(cursor->key().substr(prefix.size()));
      if (except != nullptr && key == *except) continue;
      const auto matches = is_of(key, strategy, subject);
      if (!matches) return std::unexpected(matches.error());
      if (*matches) return key;
    }
    if (const auto walked = cursor->status(); !walked) return std::unexpected(walked.error());
    return std::nullopt;
  }

 private:
  Result<bool> is_of(const RowKey& key, std::string_view strategy, std::string_view subject) {
    std::string bytes;
    const auto found = transaction_.get(database::keys::row(application_, entity_, key), bytes);
    if (!found) return std::unexpected(found.error());
    const RowView row(bytes);
    return *found && text_of(row, "strategy") == strategy &&
           text_of(row, "strategy_value") == subject;
  }

  std::string_view text_of(const RowView& row, std::string_view name) const {
    const database::Field* field = entity_.find_field(name);
    return field != nullptr ? row.field(field->id).text : std::string_view();
  }

  std::uint16_t application_;
  const Entity& entity_;
  Transaction& transaction_;
};

}  // namespace

Task<Result<std::optional<Account>>> FederatedAccounts::find(
    const std::string& strategy, const OAuthProfile& profile, SteadyTime deadline
) const {
  const auto schema = database_.schema();
  const Entity* entity = schema != nullptr ? schema->find(state_.rules.entity_name) : nullptr;
  if (entity == nullptr) co_return fail(Errc::kUnavailable, "there is no users entity");
  auto body = [&](Transaction& transaction) {
    return Search(database_.application(), *entity, transaction)
        .find(strategy, profile.subject, nullptr);
  };
  const auto key = co_await database::read(database_.store(), deadline, std::move(body));
  if (!key) co_return std::unexpected(key.error());
  if (!*key) co_return std::nullopt;
  co_return co_await state_.users.find_by_id((*key)->text(), deadline);
}

Task<Result<Account>> FederatedAccounts::create(
    const std::string& strategy,
    const OAuthProfile& profile,
    audit::Actor actor,
    SteadyTime deadline
) const {
  NewAccount account{
      .fields = {},
      .email = profile.email,
      .username = {},
      .strategy = strategy,
      .strategy_value = profile.subject,
      .role = state_.rules.default_role_register
  };
  auto only_one = [&](Transaction& transaction, const RowKey& own) -> Result<> {
    // Of two at once, the second runs again and then sees the first.
    const std::string token = "auth/oauth/" + strategy + "/" + profile.subject;
    transaction.observe(token);
    transaction.announce(token);
    const auto schema = database_.schema();
    const Entity* entity = schema != nullptr ? schema->find(state_.rules.entity_name) : nullptr;
    if (entity == nullptr) return fail(Errc::kUnavailable, "there is no users entity");
    const auto other =
        Search(database_.application(), *entity, transaction).find(strategy, profile.subject, &own);
    if (!other) return std::unexpected(other.error());
    if (*other) return fail(Errc::kExists, "there is such an account already");
    return {};
  };
  co_return co_await state_.users.by(std::move(actor))
      .create(
          std::move(account),
          UnknownFields::kRefuse,
          database::unrestricted_access_for_the_node_itself(),
          deadline,
          std::move(only_one)
      );
}

}  // namespace noded::auth
