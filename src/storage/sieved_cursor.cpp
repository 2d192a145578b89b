#include "storage/sieved_cursor.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace noded::storage {

static_assert(Sieve::kBlock <= WorkLimit::kMaxStepsAtOnce && Sieve::kBlock <= 64);

SievedCursor::SievedCursor(
    std::shared_ptr<const RangeImage> image,
    const KeyRange& range,
    Direction direction,
    WorkLimit& limit,
    Sieve& sieve
)
    : image_(std::move(image)),
      columns_(image_->columns(sieve)),
      limit_(limit),
      sieve_(sieve),
      begin_(image_->lower_bound(range.begin)),
      end_(range.end.empty() ? image_->size() : image_->lower_bound(range.end)),
      is_forward_(direction == Direction::kForward) {
  std::vector<const Sieve::Column*> seen;
  for (const auto& column : columns_)
    seen.push_back(column.get());
  sieve_.start(seen);
}

bool SievedCursor::next() {
  while (chosen_ == 0) {
    if (!next_block()) return false;
  }
  const int bit = is_forward_ ? std::countr_zero(chosen_) : 63 - std::countl_zero(chosen_);
  chosen_ ^= std::uint64_t{1} << bit;
  key_ = image_->key(first_ + static_cast<std::size_t>(bit));
  value_ = image_->value(first_ + static_cast<std::size_t>(bit));
  return true;
}

bool SievedCursor::next_block() {
  const std::size_t count = std::min(end_ - begin_, Sieve::kBlock);
  if (refused_ || count == 0) return false;
  refused_ = limit_.charge_memory_steps(static_cast<std::uint32_t>(count));
  if (refused_) return false;
  first_ = is_forward_ ? std::exchange(begin_, begin_ + count) : end_ -= count;
  chosen_ = sieve_.choose(first_, count);
  return true;
}

Result<> SievedCursor::status() const {
  if (refused_) return std::unexpected(limit_error(*refused_));
  return {};
}

}  // namespace noded::storage
