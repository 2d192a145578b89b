// Any bytes as the stored position of an import: refused, or a number of lines that can be counted
// on, and the same when it is written and read again.
#include "noded/clock.hpp"

#include "modules/transfer/import_position.hpp"
#include "repository/database/keys.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace {

using namespace noded;

constexpr std::uint16_t kApplication = 1;
constexpr std::uint64_t kMostLines = INT64_MAX;

storage::Store& store() {
  static storage::Store store{
      storage::make_memory_backend(),
      {},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  return store;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto transaction = store().begin({}).value();
  transaction->put(database::keys::meta(kApplication, "import i"), text);
  const auto position = transfer::read_position(*transaction, kApplication, "i");
  if (!position) return 0;
  if (position->lines > kMostLines || position->late > kMostLines) std::abort();
  transfer::write_position(*transaction, kApplication, "i", *position);
  const auto again = transfer::read_position(*transaction, kApplication, "i");
  if (!again || again->lines != position->lines || again->mark != position->mark ||
      again->late != position->late) {
    std::abort();
  }
  return 0;
}
