// TopRows: the first few rows of an order, out of many that are offered in any order.
#pragma once

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace noded::database {

// By a field's value; equal values by key, ascending.
struct RowOrder {
  const Field* field;
  bool descending;

  bool comes_before(
      const ValueView& a, const RowKey& key_a, const ValueView& b, const RowKey& key_b
  ) const {
    const auto order = compare(a, b);
    if (order == 0) return key_a < key_b;
    return descending ? order > 0 : order < 0;
  }
};

class TopRows {
 public:
  TopRows(const RowOrder& order, std::uint64_t keep);

  void offer(const RowKey& key, const RowView& row);
  // What rows behind it in the order need not be offered for; null while all need.
  const Value* bound() const {
    return has_bound_ ? &candidates_[places_[keep_ - 1]].sort : nullptr;
  }
  bool keeps_none() const { return keep_ == 0; }
  // The keys of the first `keep` rows offered, in order. Once.
  std::vector<RowKey> take();

 private:
  struct Candidate {
    Value sort;
    RowKey key = RowKey::of_integer(0);
  };
  bool comes_before(std::uint32_t a, std::uint32_t b) const {
    const Candidate& first = candidates_[a];
    const Candidate& second = candidates_[b];
    return order_.comes_before(first.sort.view(), first.key, second.sort.view(), second.key);
  }
  void make_room();

  RowOrder order_;
  std::size_t keep_;
  std::vector<Candidate> candidates_;  // places, used again with the memory of their texts
  // Places, those in use first. Once all were in use, the first keep_ are the best of all so far
  // and the last of them is the bound: what does not come before it is not taken in.
  std::vector<std::uint32_t> places_;
  std::size_t used_ = 0;
  bool has_bound_ = false;
};

}  // namespace noded::database
