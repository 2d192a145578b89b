#include "storage/rocksdb/feed_times.hpp"

#include <rocksdb/iterator.h>

#include <bit>
#include <cstring>
#include <memory>

namespace noded::storage {
namespace {

constexpr std::size_t kFeedKeySize = 1 + 2 + 1;  // 'd', application, space
constexpr unsigned char kFeedSpace = 0x15;
constexpr unsigned kLastApplication = 0xffff;
constexpr std::size_t kFrontSize = 1 + 1;  // format, kind
constexpr char kUntimed = 1;
constexpr char kTimed = 2;

std::string feed_of(unsigned application) {
  return {
      kDataSpace,
      static_cast<char>(application >> 8U),
      static_cast<char>(application & 0xffU),
      static_cast<char>(kFeedSpace)
  };
}

unsigned application_of(const rocksdb::Slice& key) {
  return static_cast<unsigned char>(key[1]) * 256U + static_cast<unsigned char>(key[2]);
}

// From any key to the next entry of a feed; false when there is none.
bool reach_feed(rocksdb::Iterator& at) {
  while (at.Valid() && at.key().starts_with(rocksdb::Slice(&kDataSpace, 1))) {
    if (at.key().size() < kFeedKeySize) {
      at.Next();
      continue;
    }
    const auto space = static_cast<unsigned char>(at.key()[kFeedKeySize - 1]);
    if (space == kFeedSpace) return true;
    const unsigned application = application_of(at.key()) + (space > kFeedSpace ? 1U : 0U);
    if (application > kLastApplication) return false;
    at.Seek(feed_of(application));
  }
  return false;
}

}  // namespace

std::optional<std::string> with_time(std::string_view entry, std::int64_t time_ms) {
  static_assert(std::endian::native == std::endian::little);
  if (entry.size() < kFrontSize || entry.front() != kUntimed) return std::nullopt;
  std::string timed;
  timed.reserve(entry.size() + sizeof time_ms);
  timed.push_back(kTimed);
  timed.push_back(entry[1]);
  char bytes[sizeof time_ms];
  std::memcpy(bytes, &time_ms, sizeof time_ms);
  timed.append(bytes, sizeof time_ms);
  timed.append(entry.substr(kFrontSize));
  return timed;
}

Result<> add_feed_times(MigrationRun& run) {
  rocksdb::ReadOptions reads;
  reads.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(run.db().NewIterator(reads));
  rocksdb::WriteBatch batch;
  std::uint64_t entries = 0;
  at->Seek(feed_of(0));
  for (; reach_feed(*at); at->Next()) {
    const auto timed = with_time(at->value().ToStringView(), run.now_ms());
    if (!timed) continue;
    const rocksdb::Status status = batch.Put(at->key(), *timed);
    if (!status.ok()) return std::unexpected(run.read_failure(status));
    ++entries;
    if (batch.GetDataSize() < MigrationRun::kBatchBytes) continue;
    if (auto written = run.write(batch, entries); !written) return written;
    entries = 0;
  }
  if (!at->status().ok()) return std::unexpected(run.read_failure(at->status()));
  return run.finish(batch, entries);
}

}  // namespace noded::storage
