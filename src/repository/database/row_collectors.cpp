#include "repository/database/row_collectors.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace noded::database {
namespace {

std::uint64_t number_of(std::uint64_t rows) {
  return static_cast<std::uint64_t>(std::popcount(rows));
}

}  // namespace

RowCollector::RowCollector(
    std::uint16_t application,
    Transaction& transaction,
    const Narrowing& narrowing,
    const Field* order
)
    : application_(application),
      transaction_(transaction),
      narrowing_(narrowing),
      sieve_(narrowing.required(), narrowing.required_suffice(), order, *this) {}

OrderedCollector::OrderedCollector(
    std::uint16_t application,
    Transaction& transaction,
    const Narrowing& narrowing,
    const Cut& cut,
    Selected& selected
)
    : RowCollector(application, transaction, narrowing, nullptr), cut_(cut), selected_(selected) {
  constexpr std::uint64_t kUsualPage = 64;
  selected_.rows.reserve(std::min(cut.limit, kUsualPage));
}

Result<bool> OrderedCollector::visit(const RowKey& key, std::string_view row) {
  const auto match = matches(key, RowView(row));
  if (!match) return std::unexpected(match.error());
  if (!*match) return true;
  const std::uint64_t position = selected_.count++;
  if (position >= cut_.offset && !is_full()) selected_.rows.push_back({key, std::string(row)});
  // Without conditions the count is kept, not counted.
  return !takes_all() || !is_full();
}

std::uint64_t OrderedCollector::choose(const SievedRows& rows, const RowSieve& /*sieve*/) {
  const std::uint64_t unsure = rows.possible & ~rows.sure;
  const std::uint64_t surely = number_of(rows.sure);
  const bool is_before_cut = unsure == 0 && selected_.count + surely <= cut_.offset;
  if (!is_full() && !is_before_cut) return rows.possible;
  selected_.count += surely;
  return unsure;
}

SortingCollector::SortingCollector(
    std::uint16_t application,
    Transaction& transaction,
    const Narrowing& narrowing,
    const RowOrder& order,
    std::uint64_t keep
)
    : RowCollector(application, transaction, narrowing, order.field),
      order_(order),
      top_(order, keep) {}

Result<bool> SortingCollector::visit(const RowKey& key, std::string_view bytes) {
  const RowView row(bytes);
  const auto match = matches(key, row);
  if (!match) return std::unexpected(match.error());
  if (!*match) return true;
  ++count_;
  top_.offer(key, row);
  return true;
}

std::uint64_t SortingCollector::choose(const SievedRows& rows, const RowSieve& sieve) {
  std::uint64_t counted = 0;
  if (top_.keeps_none()) {
    counted = rows.sure;
  } else if (const Value* bound = top_.bound(); bound != nullptr) {
    counted = rows.sure & sieve.behind(bound->view(), order_.descending);
  }
  count_ += number_of(counted);
  return rows.possible & ~counted;
}

KeyCollector::KeyCollector(
    std::uint16_t application,
    Transaction& transaction,
    const Narrowing& narrowing,
    std::uint64_t limit
)
    : RowCollector(application, transaction, narrowing, nullptr), limit_(limit) {}

Result<bool> KeyCollector::visit(const RowKey& key, std::string_view row) {
  const auto match = matches(key, RowView(row));
  if (!match) return std::unexpected(match.error());
  if (*match) keys_.push_back(key);
  return keys_.size() < limit_;
}

std::uint64_t KeyCollector::choose(const SievedRows& rows, const RowSieve& /*sieve*/) {
  return rows.possible;
}

}  // namespace noded::database
