#include "repository/database/change.hpp"

#include <cstring>

namespace noded::database {
namespace {

constexpr char kFormat = 1;
constexpr std::size_t kFixedSize = 1 + 1 + 4 + 1;

void append_u32(std::string& out, std::uint32_t value) {
  char bytes[4];
  std::memcpy(bytes, &value, 4);
  out.append(bytes, 4);
}

std::uint32_t read_u32(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, 4);
  return value;
}

}  // namespace

std::string encode(const Change& change) {
  std::string out;
  out.reserve(kFixedSize + 16 + 4 + change.before.size() + change.after.size());
  out.push_back(kFormat);
  out.push_back(static_cast<char>(change.kind));
  append_u32(out, change.entity);
  out.push_back(static_cast<char>(change.key.bytes().size()));
  out.append(change.key.bytes());
  append_u32(out, static_cast<std::uint32_t>(change.before.size()));
  out.append(change.before);
  out.append(change.after);
  return out;
}

Result<Change> decode_change(std::string_view bytes) {
  const auto damaged = [] {
    return fail(Errc::kInternal, "damaged entry in the change feed");
  };
  if (bytes.size() < kFixedSize || bytes[0] != kFormat) return damaged();
  const auto kind = static_cast<std::uint8_t>(bytes[1]);
  const std::size_t key_size = static_cast<unsigned char>(bytes[6]);
  if (kind < 1 || kind > 3 || (key_size != 8 && key_size != 16)) return damaged();
  if (bytes.size() < kFixedSize + key_size + 4) return damaged();
  const std::size_t before_size = read_u32(bytes.data() + kFixedSize + key_size);
  const std::size_t rows_at = kFixedSize + key_size + 4;
  if (bytes.size() - rows_at < before_size) return damaged();
  return Change{
      static_cast<Change::Kind>(kind),
      read_u32(bytes.data() + 2),
      RowKey::from_bytes(bytes.substr(kFixedSize, key_size)),
      bytes.substr(rows_at, before_size),
      bytes.substr(rows_at + before_size),
  };
}

}  // namespace noded::database
