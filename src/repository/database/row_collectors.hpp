// Visitors of a walk over the rows of one entity that keep what a selection wants of them.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/row_sieve.hpp"
#include "repository/database/row_source.hpp"
#include "repository/database/selection.hpp"
#include "repository/database/top_rows.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::database {

// What all of them do: take the rows that the narrowing lets through. What they are given outlives
// them.
class RowCollector : public RowVisitor, private RowSieve::Chooser {
 public:
  Sieve* sieve() override { return sieve_.columns().empty() ? nullptr : &sieve_; }

 protected:
  // `order`: whose keys choose() compares; may be null.
  RowCollector(
      std::uint16_t application,
      Transaction& transaction,
      const Narrowing& narrowing,
      const Field* order
  );
  Result<bool> matches(const RowKey& key, const RowView& row) const {
    if (narrowing_.is_empty()) return true;
    return narrowing_.matches(key, row, application_, transaction_);
  }
  bool takes_all() const { return narrowing_.is_empty(); }

 private:
  std::uint16_t application_;
  Transaction& transaction_;
  const Narrowing& narrowing_;
  RowSieve sieve_;
};

// Rows in the plan's order: counts the matching ones and keeps those inside of the cut.
class OrderedCollector final : public RowCollector {
 public:
  OrderedCollector(
      std::uint16_t application,
      Transaction& transaction,
      const Narrowing& narrowing,
      const Cut& cut,
      Selected& selected
  );
  Result<bool> visit(const RowKey& key, std::string_view row) override;

 private:
  std::uint64_t choose(const SievedRows& rows, const RowSieve& sieve) override;
  bool is_full() const { return selected_.rows.size() >= cut_.limit; }

  const Cut& cut_;
  Selected& selected_;
};

// Rows in any order: keeps the first offset + limit of the wanted order.
class SortingCollector final : public RowCollector {
 public:
  SortingCollector(
      std::uint16_t application,
      Transaction& transaction,
      const Narrowing& narrowing,
      const RowOrder& order,
      std::uint64_t keep
  );
  Result<bool> visit(const RowKey& key, std::string_view bytes) override;

  std::uint64_t count() const { return count_; }
  std::vector<RowKey> take() { return top_.take(); }

 private:
  std::uint64_t choose(const SievedRows& rows, const RowSieve& sieve) override;

  RowOrder order_;
  TopRows top_;
  std::uint64_t count_ = 0;
};

// The keys of the first `limit` rows.
class KeyCollector final : public RowCollector {
 public:
  KeyCollector(
      std::uint16_t application,
      Transaction& transaction,
      const Narrowing& narrowing,
      std::uint64_t limit
  );
  Result<bool> visit(const RowKey& key, std::string_view row) override;

  std::vector<RowKey> take() { return std::move(keys_); }

 private:
  std::uint64_t choose(const SievedRows& rows, const RowSieve& sieve) override;

  std::uint64_t limit_;
  std::vector<RowKey> keys_;
};

}  // namespace noded::database
