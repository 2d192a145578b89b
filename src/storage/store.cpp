#include "storage/store.hpp"

#include "storage/transaction.hpp"

#include <boost/asio/async_result.hpp>

#include <stdexcept>
#include <utility>

namespace noded::storage {

Store::Store(
    std::unique_ptr<Backend> backend,
    const CommitterSettings& settings,
    std::size_t max_transaction_bytes,
    std::shared_ptr<RangeCache> range_cache,
    const Clock& clock,
    OnFatal on_fatal
)
    : max_transaction_bytes_(max_transaction_bytes),
      range_cache_(std::move(range_cache)),
      upkeep_(backend->range_upkeep()),
      committer_(std::make_unique<Committer>(
          std::move(backend),
          published_,
          range_cache_,
          range_counts_,
          settings,
          clock,
          std::move(on_fatal)
      )) {}

Store::~Store() {
  committer_->close();
}

Result<std::unique_ptr<Transaction>> Store::begin(const BeginOptions& options) {
  auto snapshot = published_->get();
  if (snapshot == nullptr) return fail(Errc::kUnavailable, "the store is closed");
  return std::make_unique<StoreTransaction>(
      std::move(snapshot), marks_, range_cache_, range_counts_, options
  );
}

Task<Result<Sequence>> Store::commit(std::unique_ptr<Transaction> transaction) {
  if (!transaction->has_writes()) co_return Sequence{0};
  const auto* own = dynamic_cast<const StoreTransaction*>(transaction.get());
  if (own == nullptr || own->marks() != marks_.get())
    throw std::logic_error("a transaction of another engine");
  if (own->bytes() > max_transaction_bytes_) {
    co_return fail(
        Errc::kTooLarge, "the transaction writes more than storage.max_transaction allows"
    );
  }
  if (committer_->is_full()) co_return fail(Errc::kOverloaded, "the store is busy; try again");
  std::unique_ptr<StoreTransaction> submitted(static_cast<StoreTransaction*>(transaction.release())
  );
  auto submit = [this](CommitHandler handler, std::unique_ptr<StoreTransaction> moved) {
    committer_->submit(std::move(moved), std::move(handler));
  };
  CommitToken token;
  co_return co_await net::async_initiate<CommitToken, void(Result<Sequence>)>(
      std::move(submit), token, std::move(submitted)
  );
}

Sequence Store::last_commit() const {
  return published_->last();
}

Result<std::uint64_t> Store::approximate_bytes(const KeyRange& range) const {
  if (is_empty(range)) return 0;
  return upkeep_->approximate_bytes(range);
}

Result<> Store::reclaim(const KeyRange& range, std::stop_token stop) {
  if (is_empty(range)) return {};
  committer_->free_snapshots();  // what they see would have to stay
  return upkeep_->reclaim(range, std::move(stop));
}

void Store::close() {
  committer_->close();
}

Engine::Health Store::health() const {
  Health health = committer_->health();
  if (range_cache_ != nullptr) {
    const RangeCache::Usage usage = range_cache_->usage();
    health.image_bytes = usage.bytes;
    health.image_walks = usage.served;
  }
  const RangeCounts::Usage counts = range_counts_->usage();
  health.count_ranges = counts.ranges;
  health.count_bytes = counts.bytes;
  health.counts_told = counts.told;
  health.count_cuts = counts.cuts;
  return health;
}

}  // namespace noded::storage
