#include "storage/completions.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace noded::storage {

void Completions::add(
    net::any_io_executor executor, CommitHandler handler, Result<Sequence> outcome
) {
  auto batch = std::ranges::find(batches_, executor, &Batch::executor);
  if (batch == batches_.end()) batch = batches_.insert(batch, Batch{std::move(executor), {}});
  batch->completions.push_back({std::move(handler), std::move(outcome)});
}

void Completions::post() {
  for (Batch& batch : batches_) {
    net::post(batch.executor, [completions = std::move(batch.completions)]() mutable {
      for (Completion& completion : completions)
        std::move(completion.handler)(std::move(completion.outcome));
    });
  }
  batches_.clear();
}

}  // namespace noded::storage
