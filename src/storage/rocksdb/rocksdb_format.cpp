#include "storage/rocksdb/rocksdb_format.hpp"

#include <fmt/format.h>
#include <rocksdb/iterator.h>

#include <charconv>
#include <memory>
#include <system_error>

namespace noded::storage {
namespace {

constexpr std::string_view kFormatName = "noded ";

Result<bool> is_empty(rocksdb::DB& db, const std::string& directory) {
  const std::unique_ptr<rocksdb::Iterator> iterator(db.NewIterator(rocksdb::ReadOptions()));
  iterator->SeekToFirst();
  if (!iterator->status().ok()) return std::unexpected(open_error(iterator->status(), directory));
  return !iterator->Valid();
}

Result<> write_format(rocksdb::DB& db, const std::string& directory) {
  rocksdb::WriteOptions writes;
  writes.sync = true;
  const rocksdb::Status status = db.Put(writes, kFormatNote, format_note(kStoreFormat));
  if (!status.ok()) return std::unexpected(open_error(status, directory));
  return {};
}

Result<std::uint32_t> begin_empty(rocksdb::DB& db, const std::string& directory) {
  const auto empty = is_empty(db, directory);
  if (!empty) return std::unexpected(empty.error());
  if (!*empty)
    return fail(
        Errc::kInvalid, fmt::format("{} holds a RocksDB that is no store of noded", directory)
    );
  if (auto written = write_format(db, directory); !written)
    return std::unexpected(std::move(written.error()));
  return kStoreFormat;
}

}  // namespace

std::string format_note(std::uint32_t format) {
  return fmt::format("{}{}", kFormatName, format);
}

std::optional<std::uint32_t> parse_store_format(std::string_view note) {
  if (!note.starts_with(kFormatName)) return std::nullopt;
  note.remove_prefix(kFormatName.size());
  std::uint32_t version = 0;
  const auto [end, fault] = std::from_chars(note.data(), note.data() + note.size(), version);
  if (fault != std::errc() || end != note.data() + note.size() || version == 0) return std::nullopt;
  return version;
}

Error open_error(const rocksdb::Status& status, const std::string& directory) {
  const std::string cause = status.ToString();
  if (status.IsIOError() && cause.find("/LOCK:") != std::string::npos) {
    return {Errc::kUnavailable, fmt::format("another noded uses {}", directory), {}, {}};
  }
  if (status.IsCorruption()) {
    return {
        Errc::kInternal, fmt::format("the store in {} is damaged: {}", directory, cause), {}, {}
    };
  }
  return {
      Errc::kUnavailable, fmt::format("cannot open the store in {}: {}", directory, cause), {}, {}
  };
}

Result<std::optional<std::string>> read_note(
    rocksdb::DB& db, std::string_view name, const std::string& directory
) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), name, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(open_error(status, directory));
  return value;
}

Result<std::uint32_t> check_format(rocksdb::DB& db, const std::string& directory) {
  const auto note = read_note(db, kFormatNote, directory);
  if (!note) return std::unexpected(note.error());
  if (!note->has_value()) return begin_empty(db, directory);
  const auto format = parse_store_format(**note);
  if (!format)
    return fail(
        Errc::kInternal,
        fmt::format("the store in {} is damaged: its format is unreadable", directory)
    );
  if (*format <= kStoreFormat) return *format;
  return fail(
      Errc::kInvalid,
      fmt::format(
          "the store in {} has format {}; this noded knows formats up to {}: use the newer noded "
          "that wrote it",
          directory,
          *format,
          kStoreFormat
      )
  );
}

}  // namespace noded::storage
