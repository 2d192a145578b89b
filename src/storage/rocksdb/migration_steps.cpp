// The steps from each format to the next. They know the bytes of their time and nothing of the
// code that reads the present format.
#include "storage/rocksdb/feed_times.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "storage/rocksdb/rocksdb_migration.hpp"

#include <array>

namespace noded::storage {
namespace {

constexpr std::array kSteps{
    MigrationStep{
        .from = 1,
        .to = 2,
        .sentence = "each entry of the change feed gets a time, that of the migration",
        .run = &add_feed_times,
    },
};

constexpr bool has_no_gap() {
  std::uint32_t format = 1;
  for (const MigrationStep& step : kSteps) {
    if (step.from != format || step.to != format + 1) return false;
    format = step.to;
  }
  return format == kStoreFormat;
}
static_assert(has_no_gap());

}  // namespace

std::span<const MigrationStep> migration_steps() {
  return kSteps;
}

}  // namespace noded::storage
