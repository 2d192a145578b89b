// Inspection: one walk over all that an application stored (see Consistency, which runs it). In
// pieces on the store lane, over one snapshot.
//
// An index is right when it holds the entries that its rows call for and no others. Both sides are
// summed up in one pass each, without looking anything up; only an index whose sums differ is
// compared entry by entry.
#pragma once

#include "noded/engine.hpp"

#include "repository/database/consistency.hpp"
#include "repository/database/mending.hpp"
#include "repository/database/row.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace noded::database {

class Inspection {
 public:
  static constexpr std::size_t kPiece = 1000;            // entries in one turn on the lane
  static constexpr std::size_t kMendedAtOnce = 200;      // in one transaction
  static constexpr std::size_t kKnownTargets = 100'000;  // keys of rows that were seen to be there

  // Both outlive it. `mends`: what is found and can be mended is mended at once.
  Inspection(Database& database, const Consistency::Progress& on_progress, bool mends)
      : database_(database), on_progress_(on_progress), mends_(mends) {}

  Task<Result<ConsistencyReport>> run();

 private:
  // The entries of one index, in no order.
  struct Sum {
    std::uint64_t entries = 0;
    std::uint64_t digest = 0;
    void add(std::string_view key, std::string_view value);
    friend bool operator==(const Sum&, const Sum&) = default;
  };
  // Rows that refer by one polymorphic relation to rows that are not there.
  struct Dangling {
    const Relation* relation;
    std::string reference;  // as rows name the relation
    std::uint64_t rows = 0;
    std::vector<std::string> keys;  // of the first
  };
  // The rows of one entity, while they are walked over.
  struct EntityWalk {
    const Entity& entity;
    std::vector<const Index*> indices;  // those that are not being filled
    std::vector<Sum> expected;          // of each
    std::vector<Dangling> polymorphic;  // of each relation whose rows these are
    std::int64_t rows = 0;
    std::int64_t greatest = std::numeric_limits<std::int64_t>::min();  // integer key
  };

  struct FoundDamage {
    Flaw what;
    Damage damage;
  };

  Result<> begin();
  // Of the key behind the prefix, and the value; runs on the lane.
  using Visit = std::function<Result<>(std::string_view key, std::string_view value)>;
  // A part of the store that cannot be read is a finding, and `is_whole` is false then.
  Task<Result<>> walk(std::string prefix, std::string_view what, bool& is_whole, Visit visit);

  Task<Result<>> inspect_entity(const Entity& entity);
  Result<> visit_row(EntityWalk& walk, std::string_view key, std::string_view value);
  Result<> check_references(const Entity& entity, const RowKey& key, const RowView& row);
  std::vector<Dangling> polymorphic_relations(const Entity& entity) const;
  Result<> check_polymorphic(EntityWalk& walk, const RowKey& key, const RowView& row);
  Result<bool> is_there(const Entity& target, const RowKey& key);
  Result<> check_counters(const EntityWalk& walk);
  Task<Result<>> inspect_index(const Index& index, const Sum& expected);
  Result<> visit_entry(const Index& index, std::string_view entry, std::string_view value);
  Result<> find_entry(const Index& index, const RowKey& key, const RowView& row);
  Result<> tell_clash(const Index& index, const RowKey& key, const std::string& holder);
  Task<Result<>> inspect_feed();
  void visit_change(Sequence horizon, std::string_view key, std::string_view value);

  Task<Result<>> inspect_kept();
  Task<Result<>> inspect_kept(const std::string& name, std::uint32_t number);
  void note_dangling(const EntityWalk& walk);
  void note_filling(const EntityWalk& walk);

  void tell(Flaw what, const Entity* entity, std::string key, std::string sentence, bool mendable);
  void damaged(Flaw what, Damage damage);
  Task<Result<>> mend_found();
  Result<std::vector<Flaw>> mend_all(
      const Schema& schema, Transaction& transaction, std::span<const FoundDamage> batch
  ) const;
  std::uint16_t application() const { return database_.application(); }

  Database& database_;
  const Consistency::Progress& on_progress_;
  bool mends_;
  std::shared_ptr<const Schema> schema_;
  std::unique_ptr<Transaction> transaction_;
  ConsistencyReport report_;
  std::uint64_t walked_ = 0;
  std::vector<FoundDamage> damages_;  // yet to be mended
  std::unordered_set<std::string> known_targets_;
};

}  // namespace noded::database
