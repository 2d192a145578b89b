// Store: the Engine of this node, the same over every backend.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"

#include "storage/backend.hpp"
#include "storage/committer.hpp"
#include "storage/high_marks.hpp"
#include "storage/published.hpp"
#include "storage/range_cache.hpp"
#include "storage/range_counts.hpp"

#include <cstddef>
#include <memory>

namespace noded::storage {

class Store final : public Engine {
 public:
  // `max_transaction_bytes`: what one commit may write. `range_cache`: null for none. `clock`
  // outlives the store.
  Store(
      std::unique_ptr<Backend> backend,
      const CommitterSettings& settings,
      std::size_t max_transaction_bytes,
      std::shared_ptr<RangeCache> range_cache,
      const Clock& clock,
      OnFatal on_fatal
  );
  ~Store() override;

  Result<std::unique_ptr<Transaction>> begin(const BeginOptions& options) override;
  Task<Result<Sequence>> commit(std::unique_ptr<Transaction> transaction) override;
  Sequence last_commit() const override;
  Result<std::uint64_t> approximate_bytes(const KeyRange& range) const override;
  Result<> reclaim(const KeyRange& range, std::stop_token stop) override;
  void close() override;
  Health health() const override;

 private:
  std::size_t max_transaction_bytes_;
  std::shared_ptr<Published> published_ = std::make_shared<Published>();
  std::shared_ptr<HighMarks> marks_ = std::make_shared<HighMarks>(published_);
  std::shared_ptr<RangeCache> range_cache_;
  std::shared_ptr<RangeCounts> range_counts_ = std::make_shared<RangeCounts>();
  std::shared_ptr<RangeUpkeep> upkeep_;
  std::unique_ptr<Committer> committer_;
};

}  // namespace noded::storage
