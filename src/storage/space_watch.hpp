// SpaceWatch: whether the store takes writes, and why not: free space below the reserve, a full
// disk, a failed disk.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"

#include "storage/backend.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace noded::storage {

// Owned by the committer, whose thread makes all calls but health() and is_stale().
class SpaceWatch {
 public:
  static constexpr std::chrono::milliseconds kInterval{500};

  // `room_bytes`: free space from which on a node is worth starting anew after a full disk.
  SpaceWatch(
      std::uint64_t reserve_bytes,
      std::uint64_t room_bytes,
      std::string durability,
      const Clock& clock
  );

  // Looks at the disk when the last look is kInterval old, or when so much was written since that
  // the reserve may be used up.
  void look(Backend& backend);
  void note_written(std::uint64_t bytes) noexcept { written_ += bytes; }

  // Empty when commits are taken, otherwise why not.
  const std::string& refusal() const noexcept { return refusal_; }
  // The disk was full, and there is room again: only a new start takes writes.
  bool needs_restart() const noexcept { return needs_restart_; }
  // A batch was not applied; `fault` says whether that can be cured.
  void note_fault(const WriteFault& fault);

  // Any thread.
  Engine::Health health() const;
  bool is_stale() const;

 private:
  void set_refusal(std::string refusal);
  std::string shortage(std::uint64_t free_bytes) const;

  const std::uint64_t reserve_bytes_;
  const std::uint64_t room_bytes_;
  const Clock& clock_;

  // The committer's thread's.
  std::uint64_t written_ = 0;  // since the last look
  std::string refusal_;
  bool met_full_disk_ = false;
  bool needs_restart_ = false;
  bool is_broken_ = false;

  mutable std::mutex mutex_;  // guards what follows
  Engine::Health health_;
  bool has_looked_ = false;
  SteadyTime looked_;
};

}  // namespace noded::storage
