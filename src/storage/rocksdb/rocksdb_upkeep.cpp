#include "storage/rocksdb/rocksdb_upkeep.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <atomic>
#include <utility>

namespace noded::storage {
namespace {

class RocksdbUpkeep final : public RangeUpkeep {
 public:
  explicit RocksdbUpkeep(std::weak_ptr<RocksdbFiles> files) : files_(std::move(files)) {}

  Result<std::uint64_t> approximate_bytes(const KeyRange& range) const override {
    const auto files = files_.lock();
    if (files == nullptr) return closed();
    rocksdb::SizeApproximationOptions options;
    options.include_memtables = true;
    options.include_files = true;
    const StoredRange stored(range);
    const rocksdb::Range asked(stored.begin(), stored.end());
    rocksdb::DB& db = files->db();
    std::uint64_t bytes = 0;
    const auto status =
        db.GetApproximateSizes(options, db.DefaultColumnFamily(), &asked, 1, &bytes);
    if (!status.ok()) return std::unexpected(read_error(status));
    return bytes;
  }

  // Compacts what overlaps the range; others compactions go on beside it.
  Result<> reclaim(const KeyRange& range, std::stop_token stop) override {
    const auto files = files_.lock();
    if (files == nullptr) return closed();
    std::atomic<bool> is_canceled{false};
    const std::stop_callback cancel(std::move(stop), [&is_canceled] { is_canceled = true; });
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.canceled = &is_canceled;
    const StoredRange stored(range);
    const rocksdb::Slice begin = stored.begin();
    const rocksdb::Slice end = stored.end();
    const auto status = files->db().CompactRange(options, &begin, &end);
    if (!status.ok())
      return fail(Errc::kUnavailable, "room was not given back: " + status.ToString());
    return {};
  }

 private:
  static std::unexpected<Error> closed() { return fail(Errc::kUnavailable, "the store is closed"); }

  std::weak_ptr<RocksdbFiles> files_;
};

}  // namespace

std::shared_ptr<RangeUpkeep> make_range_upkeep(const std::shared_ptr<RocksdbFiles>& files) {
  return std::make_shared<RocksdbUpkeep>(files);
}

}  // namespace noded::storage
