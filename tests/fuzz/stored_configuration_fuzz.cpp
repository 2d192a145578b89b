// Records of the store that no application can do without, one a line: configuration, secrets,
// identity, and the horizon of the change feed. Refused, or the same when they are written and read
// again.
#include "noded/clock.hpp"

#include "codec/json.hpp"
#include "modules/system/configuration_records.hpp"
#include "repository/database/feed.hpp"
#include "repository/database/keys.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"
#include "support/sealing_box.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace noded;

constexpr std::uint16_t kApplication = 1;

void must(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

std::string text_of(const boost::json::object& object) {
  return codec::to_json_text(object);
}

void check_configuration(const std::vector<database::MetaRecord>& stored) {
  static testing_support::SealingBox box;
  const database::SealedRecords sealed(box, kApplication);
  const auto records = system::parse_records(stored, sealed);
  if (!records || !*records) return;
  const auto again = system::parse_records(system::as_stored(**records, sealed).value(), sealed);
  must(again && *again);
  // As text: 1e3 is read as another kind of number than the 1000 that is written.
  must(text_of((*again)->configuration) == text_of((*records)->configuration));
  must(text_of((*again)->secrets) == text_of((*records)->secrets));
  must((*again)->application_id == (*records)->application_id);
}

void check_horizon(std::string_view text) {
  static storage::Store store{
      storage::make_memory_backend(),
      {},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  const auto transaction = store.begin({}).value();
  transaction->put(database::keys::meta(kApplication, "feed"), text);
  database::Feed feed(kApplication, *transaction);
  const auto horizon = feed.horizon();
  if (!horizon) return;
  must(*horizon > 0);
  if (*horizon >= INT64_MAX) return;  // no store comes to commit so often
  must(feed.trim(*horizon + 1).has_value());
  must(feed.horizon() == *horizon + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<database::MetaRecord> stored;
  for (const std::string_view name : {"configuration", "secrets", "identity"})
    stored.push_back({std::string(name), std::string(take_line(input))});
  check_configuration(stored);
  check_horizon(input);
  return 0;
}
