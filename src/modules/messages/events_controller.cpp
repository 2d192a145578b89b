#include "modules/messages/events_controller.hpp"

#include "codec/text.hpp"
#include "http/refusal.hpp"
#include "modules/messages/event_cursor.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace noded::messages {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view kPath = "/api/messages/events";

struct Wanted {
  std::vector<RecordFilter> filters;
  std::optional<database::FeedPlace> from;  // empty: from now on
};

Result<> set_cursor(Wanted& wanted, std::string_view text) {
  wanted.from = place_behind(text);
  if (wanted.from) return {};
  return fail(
      Errc::kInvalid, "cursor: the id of an event or the X-Store-Seq of a read, such as 42.3 or 42"
  );
}

Result<> add(Wanted& wanted, std::string_view name, std::string_view value, std::size_t most) {
  if (name == "cursor") return set_cursor(wanted, value);
  if (name != "topic") {
    return fail(
        Errc::kInvalid, "there is no parameter " + std::string(name) + "; known: topic, cursor"
    );
  }
  if (wanted.filters.size() == most) {
    return fail(Errc::kInvalid, "at most " + std::to_string(most) + " topics: see messages.topics");
  }
  auto filter = RecordFilter::parse(value);
  if (!filter) return std::unexpected(std::move(filter.error()));
  wanted.filters.push_back(std::move(*filter));
  return {};
}

Result<Wanted> read_wanted(const Request& request, std::size_t most) {
  const auto fields = codec::parse_form_fields(request.query);
  if (!fields) return fail(Errc::kInvalid, "the query is not well encoded");
  Wanted wanted;
  for (const auto& [name, value] : *fields) {
    if (auto added = add(wanted, name, value, most); !added)
      return std::unexpected(std::move(added.error()));
  }
  if (wanted.filters.empty())
    return fail(Errc::kInvalid, "say what to follow: ?topic=$data/<entity>/#");
  // Of a browser that comes again: newer than what its page asked for.
  if (const std::string_view last = request.header("last-event-id"); !last.empty()) {
    if (auto set = set_cursor(wanted, last); !set) return std::unexpected(std::move(set.error()));
  }
  return wanted;
}

std::string principal_of(const Request& request) {
  const Identity& identity = *request.identity;
  if (!identity.key.empty()) return "key " + identity.key;
  if (identity.kind == Identity::Kind::kUser) return "user " + identity.user_id;
  return "address " + std::string(request.peer);
}

Response refuse_rights(const Request& request, const Error& error) {
  const bool is_anonymous = request.identity->kind == Identity::Kind::kAnonymous;
  return http::refuse_error(
      request,
      is_anonymous && error.code == Errc::kForbidden ? http::kUnauthenticated
                                                     : http::kind_of_error(error),
      error
  );
}

}  // namespace

EventsController::EventsController(
    const RightsServices& services, FeedFollower& follower, const MessageLimits& limits
)
    : services_(services),
      follower_(follower),
      limits_(limits),
      places_(limits.streams, limits.streams_of_one) {}

std::vector<http::Route> EventsController::routes() {
  return {
      {.method = http::Method::kGet,
       .pattern = std::string(kPath),
       .permission = {},
       .summary = "Follow changes of records as server-sent events",
       .request_schema = {},
       .response_schema = {},
       .handler =
           [this](Request& request) {
             return open(request);
           }}
  };
}

Task<Response> EventsController::open(Request& request) {
  auto wanted = read_wanted(request, limits_.topics);
  if (!wanted) co_return http::refuse(request, http::kValidationFailed, wanted.error().message);
  FollowerRights rights(services_, request, std::move(wanted->filters));
  if (const auto renewed = rights.renew(); !renewed)
    co_return refuse_rights(request, renewed.error());

  auto place = places_.take(principal_of(request));
  if (!place && place.error() == StreamPlaces::Lack::kOfAll) {
    co_return http::refuse_error(
        request,
        http::kServiceUnavailable,
        {Errc::kOverloaded, "all event streams of the node are taken", {}, {}}
    );
  }
  if (!place) {
    co_return http::refuse(
        request,
        http::kRateLimited,
        "at most " + std::to_string(limits_.streams_of_one) + " event streams at once"
    );
  }
  Response response;
  response.content_type = "text/event-stream";
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Accel-Buffering", "no"});  // what lies between must not gather it
  response.source = std::make_unique<EventStream>(
      EventStream::Parts{services_.database, follower_, told_, limits_.heartbeat},
      std::move(rights),
      wanted->from.value_or(follower_.end()),
      std::move(*place),
      co_await net::this_coro::executor
  );
  co_return response;
}

}  // namespace noded::messages
