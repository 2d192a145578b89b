// Completions: resumes the coroutines that wait for commits, each on its own executor, with one
// post for each executor.
#pragma once

#include "noded/engine.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>
#include <vector>

namespace noded::storage {

using CommitToken = net::use_awaitable_t<net::any_io_executor>;
using CommitHandler = net::async_result<CommitToken, void(Result<Sequence>)>::handler_type;

// One thread at a time.
class Completions {
 public:
  // `executor` is where `handler` runs; it should track outstanding work, so that its loop does not
  // end meanwhile.
  void add(net::any_io_executor executor, CommitHandler handler, Result<Sequence> outcome);
  // Hands all that were added to their executors.
  void post();

 private:
  struct Completion {
    CommitHandler handler;
    Result<Sequence> outcome;
  };
  struct Batch {
    net::any_io_executor executor;
    std::vector<Completion> completions;
  };
  std::vector<Batch> batches_;  // few: as many as there are loops
};

}  // namespace noded::storage
