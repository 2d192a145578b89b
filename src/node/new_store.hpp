// NewStore: a store that is made aside, in a data directory without one, and gets its place only
// when it is whole.
#pragma once

#include "noded/result.hpp"

#include <filesystem>
#include <utility>

namespace noded::node {

class NewStore {
 public:
  // Makes DATA/unfinished-import, a data directory of its own (0700); what an interrupted import
  // left there is removed first. kExists: DATA has a store; kConflict: another import is under way;
  // kUnavailable with the system's reason.
  static Result<NewStore> begin(const std::filesystem::path& data);
  // Removes what was not published.
  ~NewStore();
  NewStore(NewStore&& other) noexcept
      : root_(std::exchange(other.root_, {})), lock_(std::exchange(other.lock_, -1)) {}
  NewStore& operator=(NewStore&&) = delete;
  NewStore(const NewStore&) = delete;
  NewStore& operator=(const NewStore&) = delete;

  // The data directory of the node that fills the store.
  std::filesystem::path directory() const { return root_ / "unfinished-import"; }
  // Once no node runs there: the store is DATA's from now on, also after a power cut, and so is the
  // key file that its node made, if any. kExists: DATA has got a store meanwhile, or a key file.
  Result<> publish();

 private:
  explicit NewStore(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path root_;
  int lock_ = -1;
};

}  // namespace noded::node
