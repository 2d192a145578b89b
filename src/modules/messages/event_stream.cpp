#include "modules/messages/event_stream.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/messages/event_cursor.hpp"
#include "repository/database/row_json.hpp"
#include "repository/database/visible_change.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace noded::messages {
namespace {

using database::Change;
using database::FeedPlace;

constexpr net::use_awaitable_t<net::any_io_executor> kYield;

// Whoever may not follow any more is told so within a second.
constexpr std::chrono::milliseconds kRenewal{500};
constexpr std::chrono::seconds kReadPatience{10};
// When clients come again after the node stopped: not all at once.
constexpr std::chrono::milliseconds kLeastReturn{1'000};
constexpr std::chrono::milliseconds kReturnSpread{4'000};

void append_id(std::string& out, FeedPlace next) {
  out.append("id: ").append(cursor_before(next)).append("\n");
}

void append_record(
    std::string& out, const database::Entity& entity, const Change& change, Change::Kind kind
) {
  const database::RowView row(kind == Change::Kind::kErased ? change.before : change.after);
  std::string topic = "$data/" + entity.name;
  topic.append("/").append(action_of(kind)).append("/").append(change.key.text());
  out += "event: message\ndata: {\"topic\":";
  codec::append_json_string(out, topic);
  out += ",\"time\":\"";
  codec::append_iso(out, change.time_ms);
  out += "\",\"record\":{";
  database::append_members(entity.visible, change.key, row, out);
  out += "}}\n\n";
}

}  // namespace

EventStream::EventStream(
    const Parts& parts,
    FollowerRights rights,
    FeedPlace from,
    StreamPlaces::Place place,
    const net::any_io_executor& executor
)
    : parts_(parts),
      rights_(std::move(rights)),
      next_(from),
      place_(std::move(place)),
      waiter_(std::make_shared<FeedFollower::Waiter>(executor)) {
  parts_.follower.add(waiter_);
}

void EventStream::end_soon() {
  is_ending_ = true;
  waiter_->wake();
}

Task<Result<std::string_view>> EventStream::read() {
  out_.clear();
  // The first bytes tell where the stream begins: a client that is cut off before the first event
  // goes on from there.
  if (!std::exchange(has_begun_, true)) beat();
  while (out_.empty() && !is_over_) {
    waiter_->reset();
    if (is_ending_)
      say_goodbye();
    else
      co_await proceed();
  }
  last_told_ = now();
  co_return out_;
}

// Tells what there is or, where there is nothing, waits for it.
Task<> EventStream::proceed() {
  const FeedPlace end_of_feed = parts_.follower.end();
  if (next_ > end_of_feed) co_return tell_gap(end_of_feed);  // the store is an older one
  const auto page = co_await parts_.follower.read(next_, now() + kReadPatience);
  // Just before anything is told.
  if (const auto renewed = rights_.renew(); !renewed) {
    const bool is_gone = renewed.error().code == Errc::kUnauthorized;
    end(is_gone ? "signed_out" : "forbidden", renewed.error().message);
    co_return;
  }
  if (!page && page.error().type == database::Feed::kGap) co_return tell_gap(end_of_feed);
  const Result<> told = page ? co_await tell(**page) : std::unexpected(page.error());
  if (told) {
    next_ = (*page)->next;
    if (!out_.empty()) co_return;
    // Others have their turn, however much there is that this one is not told of.
    if (!(*page)->reaches_end) co_return co_await net::post(kYield);
  } else if (told.error().code != Errc::kOverloaded && told.error().code != Errc::kTimeout) {
    co_return end("unavailable", "the change feed cannot be read now");
  }
  const SteadyTime beats_at = last_told_ + parts_.heartbeat;
  if (now() >= beats_at) co_return beat();
  co_await waiter_->wait(std::min(beats_at, now() + kRenewal));
}

Task<Result<>> EventStream::tell(const database::FeedPage& page) {
  if (page.entries.empty()) co_return Result<>();
  Told told;
  const auto done = co_await database::read(
      parts_.database.store(),
      now() + kReadPatience,
      [this, &page, &told](Transaction& transaction) -> Result<> {
        told = {};
        for (const database::FeedEntry& entry : page.entries) {
          if (auto appended = append_event(entry, transaction, told); !appended) return appended;
        }
        return {};
      }
  );
  if (!done) co_return std::unexpected(done.error());
  out_ = std::move(told.text);
  parts_.told.fetch_add(told.events, std::memory_order_relaxed);
  co_return Result<>();
}

Result<> EventStream::append_event(
    const database::FeedEntry& entry, Transaction& transaction, Told& told
) const {
  const auto change = entry.change();
  if (!change) return std::unexpected(change.error());
  const auto* readable = rights_.find(change->entity);
  if (readable == nullptr) return {};
  const auto kind =
      database::seen_as(*change, readable->rows, parts_.database.application(), transaction);
  if (!kind) return std::unexpected(kind.error());
  const database::Entity& entity = *readable->entity;
  const std::string id = change->key.text();
  const bool is_wanted = *kind && std::ranges::any_of(rights_.filters(), [&](const auto& filter) {
    return filter.takes(entity.name, **kind, id);
  });
  if (!is_wanted) return {};
  append_id(told.text, {entry.place.sequence, entry.place.position + 1});
  append_record(told.text, entity, *change, **kind);
  ++told.events;
  return {};
}

// What lay between cannot be told any more: the client has to read anew what it shows.
void EventStream::tell_gap(FeedPlace resumed) {
  append_id(out_, resumed);
  out_.append("event: gap\ndata: {\"from\":\"").append(cursor_before(next_));
  out_.append("\",\"to\":\"").append(cursor_before(resumed)).append("\"}\n\n");
  next_ = resumed;
}

// No event, but a sign of life, and where the client has got to.
void EventStream::beat() {
  out_ += ":\n";
  append_id(out_, next_);
  out_ += "\n";
}

void EventStream::end(std::string_view reason, std::string_view message) {
  is_over_ = true;
  out_.append("event: end\ndata: {\"reason\":\"").append(reason).append("\",\"message\":");
  codec::append_json_string(out_, message);
  out_ += "}\n\n";
}

void EventStream::say_goodbye() {
  is_over_ = true;
  const auto spread = now().time_since_epoch() % kReturnSpread;
  const auto return_in =
      kLeastReturn + std::chrono::duration_cast<std::chrono::milliseconds>(spread);
  out_ += "event: bye\nretry: " + std::to_string(return_in.count()) +
          "\ndata: {\"reason\":\"stopping\"}\n\n";
}

}  // namespace noded::messages
