// Bytes of an entry of the audit chain: refused, or the same when it is written again, with JSON
// that can be read.
#include "codec/json.hpp"
#include "repository/audit/audit_entry.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto entry = audit::decode(bytes);
  if (!entry) return 0;
  const std::string written = audit::encode(*entry);
  const std::size_t hashed = bytes.size() - audit::kHashSize;
  if (std::string_view(written).substr(0, hashed) != bytes.substr(0, hashed)) std::abort();
  if (audit::hash_of(bytes) != std::string_view(written).substr(hashed)) std::abort();
  if (!codec::parse_json(audit::to_json(*entry), "entry")) std::abort();
  return 0;
}
