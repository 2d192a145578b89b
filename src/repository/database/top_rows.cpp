#include "repository/database/top_rows.hpp"

#include "repository/database/filter_match.hpp"

#include <algorithm>

namespace noded::database {
namespace {

// Places beyond those kept that are filled before the best are sorted out: enough to make that
// rare.
constexpr std::size_t kMinSpare = 64;

}  // namespace

TopRows::TopRows(const RowOrder& order, std::uint64_t keep)
    : order_(order), keep_(static_cast<std::size_t>(keep)) {}

void TopRows::offer(const RowKey& key, const RowView& row) {
  if (keep_ == 0) return;
  const ValueView value = value_of(*order_.field, key, row);
  if (has_bound_) {
    const Candidate& bound = candidates_[places_[keep_ - 1]];
    if (!order_.comes_before(value, key, bound.sort.view(), bound.key)) return;
  }
  if (used_ == places_.size()) make_room();
  Candidate& candidate = candidates_[places_[used_++]];
  candidate.sort.assign(value);
  candidate.key = key;
}

void TopRows::make_room() {
  const std::size_t most = keep_ + std::max(keep_, kMinSpare);
  if (places_.size() < most) {
    places_.push_back(static_cast<std::uint32_t>(places_.size()));
    candidates_.emplace_back();
    return;
  }
  const auto bound = places_.begin() + static_cast<std::ptrdiff_t>(keep_) - 1;
  std::nth_element(places_.begin(), bound, places_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return comes_before(a, b);
  });
  used_ = keep_;
  has_bound_ = true;
}

std::vector<RowKey> TopRows::take() {
  const auto end = places_.begin() + static_cast<std::ptrdiff_t>(used_);
  std::sort(places_.begin(), end, [this](std::uint32_t a, std::uint32_t b) {
    return comes_before(a, b);
  });
  std::vector<RowKey> keys;
  keys.reserve(std::min(keep_, used_));
  for (std::size_t i = 0; i < std::min(keep_, used_); ++i)
    keys.push_back(candidates_[places_[i]].key);
  return keys;
}

}  // namespace noded::database
