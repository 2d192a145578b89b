#include "storage/space_watch.hpp"

#include "telemetry/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace noded::storage {
namespace {

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

}  // namespace

SpaceWatch::SpaceWatch(
    std::uint64_t reserve_bytes,
    std::uint64_t room_bytes,
    std::string durability,
    const Clock& clock
)
    : reserve_bytes_(reserve_bytes),
      room_bytes_(std::max(room_bytes, reserve_bytes)),
      clock_(clock) {
  health_.durability = std::move(durability);
}

bool SpaceWatch::is_stale() const {
  const std::lock_guard lock(mutex_);
  return !has_looked_ || clock_.steady() - looked_ >= kInterval;
}

void SpaceWatch::look(Backend& backend) {
  // What is written is written again by flushes and compactions: hence an eighth.
  const bool is_much_written = reserve_bytes_ > 0 && written_ > reserve_bytes_ / 8;
  if (is_broken_ || (!is_much_written && !is_stale())) return;
  written_ = 0;
  const Backend::Usage usage = backend.usage();
  {
    const std::lock_guard lock(mutex_);
    has_looked_ = true;
    looked_ = clock_.steady();
    health_.free_bytes = usage.free_bytes.value_or(0);
    health_.stored_bytes = usage.stored_bytes;
  }
  met_full_disk_ = met_full_disk_ || usage.met_full_disk;
  const std::uint64_t free_bytes = usage.free_bytes.value_or(room_bytes_);
  if (met_full_disk_) {
    needs_restart_ = free_bytes >= room_bytes_;
    set_refusal(
        needs_restart_ ? "the disk was full; the node starts anew"
                       : fmt::format(
                             "the disk is full: {} are free, writes go on from {}",
                             mebibytes(free_bytes),
                             mebibytes(room_bytes_)
                         )
    );
  } else if (usage.free_bytes && free_bytes < reserve_bytes_) {
    set_refusal(shortage(free_bytes));
  } else {
    set_refusal({});
  }
}

std::string SpaceWatch::shortage(std::uint64_t free_bytes) const {
  return fmt::format(
      "the disk is nearly full: {} are free, storage.reserve keeps {}",
      mebibytes(free_bytes),
      mebibytes(reserve_bytes_)
  );
}

void SpaceWatch::note_fault(const WriteFault& fault) {
  if (fault.kind == WriteFault::Kind::kNoSpace) {
    met_full_disk_ = true;
    set_refusal("the disk is full");
    return;
  }
  is_broken_ = true;
  if (fault.kind == WriteFault::Kind::kDamaged) {
    // The name of the file and the place in it; where the store lies is not the client's business.
    const std::string place = fault.message.substr(fault.message.rfind('/') + 1);
    set_refusal(fmt::format("the store is damaged, restore a backup: {}", place));
    return;
  }
  set_refusal("the disk failed; the store takes no more writes until the node is started again");
}

void SpaceWatch::set_refusal(std::string refusal) {
  const bool was_writable = refusal_.empty();
  refusal_ = std::move(refusal);
  if (was_writable && !refusal_.empty()) {
    telemetry::log(
        telemetry::Level::kWarning,
        "store refuses writes",
        telemetry::Fields().text("reason", refusal_)
    );
  } else if (!was_writable && refusal_.empty()) {
    telemetry::log(telemetry::Level::kInfo, "store takes writes again");
  }
  const std::lock_guard lock(mutex_);
  health_.writable = refusal_.empty();
  health_.reason = refusal_;
}

Engine::Health SpaceWatch::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace noded::storage
