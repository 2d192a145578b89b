// Topic filters and cursors of event streams.
#include "modules/messages/event_cursor.hpp"
#include "modules/messages/record_filter.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // What a cursor leads behind is named by that cursor's place again.
  if (const auto place = messages::place_behind(text)) {
    if (messages::place_behind(messages::cursor_before(*place)) != place) std::abort();
  }
  if (const auto filter = messages::RecordFilter::parse(text)) {
    using Kind = database::Change::Kind;
    // Of some entity and row, every filter takes something.
    const std::string entity = filter->entity().empty() ? "posts" : filter->entity();
    const std::size_t slash = text.rfind('/');
    const std::string_view last = text.substr(slash + 1);
    bool takes_one = false;
    for (const Kind kind : {Kind::kCreated, Kind::kUpdated, Kind::kErased})
      takes_one = takes_one || filter->takes(entity, kind, last);
    if (!takes_one) std::abort();
  }
  return 0;
}
