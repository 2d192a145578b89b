#include "repository/database/feed.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"
#include "storage/append_key.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace noded::database {
namespace {

namespace json = boost::json;

constexpr std::string_view kMetaName = "feed";
constexpr std::string_view kHorizonMember = "horizon";
constexpr std::size_t kPlaceSize = 8 + 4;

template <class Number>
Number read_big_endian(std::string_view bytes) {
  Number number = 0;
  for (const char c : bytes)
    number = static_cast<Number>(number << 8 | static_cast<std::uint8_t>(c));
  return number;
}

std::string key_of(std::uint16_t application, FeedPlace place) {
  const std::string prefix = keys::prefix(application, keys::Space::kFeed);
  return storage::append_key(prefix, place.sequence, place.position);
}

std::unexpected<Error> gap(FeedPlace from, Sequence horizon) {
  return fail(
      Errc::kNotFound,
      "gap: the change feed begins at commit " + std::to_string(horizon) + ", commit " +
          std::to_string(from.sequence) + " is no longer in it",
      std::string(Feed::kGap),
      "{\"oldest\":" + std::to_string(horizon) + "}"
  );
}

Result<Sequence> parse_horizon(std::string_view text) {
  const auto note = codec::parse_json(text, "the horizon of the change feed");
  if (note && note->is_object()) {
    const json::value* member = note->get_object().if_contains(kHorizonMember);
    boost::system::error_code fault;
    const auto horizon = member == nullptr ? 0 : member->to_number<Sequence>(fault);
    if (horizon > 0 && !fault) return horizon;
  }
  return fail(Errc::kInternal, "the horizon of the change feed is damaged");
}

}  // namespace

Result<Sequence> Feed::horizon() {
  std::string text;
  const auto found = transaction_.get(keys::meta(application_, kMetaName), text);
  if (!found) return std::unexpected(found.error());
  if (!*found) return Sequence{1};
  return parse_horizon(text);
}

Result<FeedPage> Feed::read(FeedPlace from, const FeedPageLimits& limits) {
  const auto oldest = horizon();
  if (!oldest) return std::unexpected(oldest.error());
  if (from.sequence < *oldest) return gap(from, *oldest);
  FeedPage page;
  page.next = from;
  std::size_t bytes = 0;
  const auto cursor = seek(from);
  while (page.entries.size() < limits.entries && bytes < limits.bytes) {
    if (!cursor->next()) {
      if (auto status = cursor->status(); !status) return std::unexpected(status.error());
      page.reaches_end = true;
      page.next = std::max(page.next, FeedPlace{transaction_.snapshot() + 1, 0});
      break;
    }
    auto entry = entry_at(*cursor);
    if (!entry) return std::unexpected(entry.error());
    page.next = {entry->place.sequence, entry->place.position + 1};
    bytes += entry->bytes.size();
    page.entries.push_back(std::move(*entry));
  }
  return page;
}

Result<std::optional<FeedEntry>> Feed::first(FeedPlace from) {
  const auto cursor = seek(from);
  if (!cursor->next()) {
    if (auto status = cursor->status(); !status) return std::unexpected(status.error());
    return std::nullopt;
  }
  return entry_at(*cursor);
}

std::unique_ptr<Cursor> Feed::seek(FeedPlace from) {
  KeyRange range = range_from(application_, from.sequence);
  range.begin = key_of(application_, from);
  return transaction_.scan(std::move(range), Direction::kForward);
}

Result<FeedEntry> Feed::entry_at(const Cursor& cursor) const {
  const std::size_t prefix_size = keys::prefix(application_, keys::Space::kFeed).size();
  const auto place = place_of(cursor.key().substr(prefix_size));
  if (!place) return fail(Errc::kInternal, "damaged key in the change feed");
  return FeedEntry{*place, std::string(cursor.value())};
}

Result<> Feed::trim(Sequence horizon) {
  const auto present = this->horizon();
  if (!present) return std::unexpected(present.error());
  if (horizon <= *present) return {};
  transaction_.erase_range({key_of(application_, {*present, 0}), key_of(application_, {horizon, 0})}
  );
  const json::object note{{kHorizonMember, horizon}};
  transaction_.put(keys::meta(application_, kMetaName), codec::to_json_text(note));
  return {};
}

KeyRange Feed::range_from(std::uint16_t application, Sequence from) {
  KeyRange range = prefix_range(keys::prefix(application, keys::Space::kFeed));
  range.begin = key_of(application, {from, 0});
  return range;
}

std::optional<FeedPlace> Feed::place_of(std::string_view key_rest) {
  if (key_rest.size() != kPlaceSize) return std::nullopt;
  return FeedPlace{
      read_big_endian<Sequence>(key_rest.substr(0, 8)),
      read_big_endian<std::uint32_t>(key_rest.substr(8))
  };
}

}  // namespace noded::database
