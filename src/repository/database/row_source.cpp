#include "repository/database/row_source.hpp"

#include "repository/database/keys.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

namespace noded::database {
namespace {

constexpr std::uint64_t kScannedPerFetched = 64;

class Walker {
 public:
  Walker(
      std::uint16_t application,
      Transaction& transaction,
      const Entity& entity,
      const Plan& plan,
      RowVisitor& visitor
  )
      : application_(application),
        transaction_(transaction),
        entity_(entity),
        plan_(plan),
        visitor_(visitor) {}

  Result<> run() {
    switch (plan_.path) {
      case Plan::Path::kKeys:
        return walk_keys(plan_.keys, 0);
      case Plan::Path::kIndexRange:
        return walk_range();
      case Plan::Path::kIndexRun:
        return walk_run();
      case Plan::Path::kScan:
        return scan();
    }
    return {};
  }

 private:
  Result<bool> show(const RowKey& key) {
    const auto exists = transaction_.peek(keys::row(application_, entity_, key), row_);
    if (!exists) return std::unexpected(exists.error());
    return *exists ? visitor_.visit(key, row_) : Result<bool>(true);
  }

  template <class Keys>
  Result<> show_all(Keys&& keys) {
    for (const RowKey& key : keys) {
      const auto go_on = show(key);
      if (!go_on) return std::unexpected(go_on.error());
      if (!*go_on) break;
    }
    return {};
  }

  // `total`: rows of the entity; 0 when that is not known.
  Result<> walk_keys(const std::vector<RowKey>& keys, std::uint64_t total) {
    if (keys.size() > 1) {
      const KeyRange rows = keys::rows(application_, entity_);
      if (auto ready = transaction_.expect_lookups(rows, keys.size(), total); !ready) return ready;
    }
    return plan_.direction == Direction::kForward ? show_all(keys)
                                                  : show_all(keys | std::views::reverse);
  }

  Result<> walk_range() {
    const auto counted = transaction_.read_counter(keys::row_count(application_, entity_));
    if (!counted) return std::unexpected(counted.error());
    const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(*counted, 0));
    const auto keys = collect_range(total);
    if (!keys) return std::unexpected(keys.error());
    return *keys ? walk_keys(**keys, total) : scan();
  }

  // The keys in key order, or nothing when they are so many that a scan is cheaper: a row that an
  // index leads to costs about 2 µs, one of a scan from memory some 0.03, and what was collected in
  // vain is lost.
  Result<std::optional<std::vector<RowKey>>> collect_range(std::uint64_t total) {
    const auto worthwhile = static_cast<std::size_t>(total / kScannedPerFetched + 64);
    std::vector<RowKey> found;
    for (const KeyRange& range : plan_.ranges) {
      const auto cursor = transaction_.scan(range, Direction::kForward);
      while (cursor->next()) {
        if (found.size() == worthwhile) return std::optional<std::vector<RowKey>>();
        found.push_back(key_of_entry(*plan_.index, cursor->key(), cursor->value()));
      }
      if (auto status = cursor->status(); !status)
        return std::unexpected(std::move(status.error()));
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return std::optional(std::move(found));
  }

  Result<> walk_run() {
    const auto cursor = transaction_.scan(plan_.ranges.front(), plan_.direction);
    while (cursor->next()) {
      const auto go_on = show(key_of_entry(*plan_.index, cursor->key(), cursor->value()));
      if (!go_on) return std::unexpected(go_on.error());
      if (!*go_on) return {};
    }
    return cursor->status();
  }

  Result<> scan() {
    const KeyRange rows = keys::rows(application_, entity_);
    Sieve* const sieve = visitor_.sieve();
    const auto cursor = plan_.is_ordered
                            ? transaction_.scan_sieved(rows, plan_.direction, sieve)
                            : transaction_.scan_unordered(rows, plan_.direction, sieve);
    while (cursor->next()) {
      const auto key = RowKey::from_bytes(cursor->key().substr(rows.begin.size()));
      const auto go_on = visitor_.visit(key, cursor->value());
      if (!go_on) return std::unexpected(go_on.error());
      if (!*go_on) return {};
    }
    return cursor->status();
  }

  std::uint16_t application_;
  Transaction& transaction_;
  const Entity& entity_;
  const Plan& plan_;
  RowVisitor& visitor_;
  std::string row_;
};

}  // namespace

Result<> walk(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const Plan& plan,
    RowVisitor& visitor
) {
  return Walker(application, transaction, entity, plan, visitor).run();
}

}  // namespace noded::database
