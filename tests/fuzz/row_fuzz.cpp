// Stored rows, change-feed entries, index keys and catalogues: bytes that a damaged disk could
// give.
#include "repository/database/change.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::database;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const RowView row(bytes);
  const bool well_formed = row.is_well_formed();
  for (std::uint16_t id = 0; id < 8; ++id)
    (void)row.field(id);
  if (well_formed && RowBuilder(row).build().empty()) __builtin_trap();
  (void)decode_change(bytes);
  if (keys::skip_value(bytes) > bytes.size()) __builtin_trap();
  if (const auto catalog = Catalog::parse(bytes)) {
    const auto again = Catalog::parse(catalog->serialise());
    if (!again || *again != *catalog) __builtin_trap();
  }
  return 0;
}
