// EventsController: GET /api/messages/events, changes of records as server-sent events:
//   topic   one or more filters of $data/<entity>/<create|update|delete>/<id>
//   cursor  where to go on, as the header Last-Event-ID of a browser that comes again: an event's
//           id, or the X-Store-Seq of a read; without one from now on
// 400 for what cannot be understood, 401 or 403 for who may not read all that it wants, 429 beyond
// the streams of one principal, 503 beyond those of the node. Thread-safe.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/messages/event_stream.hpp"
#include "modules/messages/feed_follower.hpp"
#include "modules/messages/follower_rights.hpp"
#include "modules/messages/messages_options.hpp"
#include "modules/messages/stream_places.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace noded::messages {

class EventsController {
 public:
  // Has to outlive its routes and the answers that they began.
  EventsController(
      const RightsServices& services, FeedFollower& follower, const MessageLimits& limits
  );

  std::vector<http::Route> routes();

  std::size_t open_streams() const { return places_.count(); }
  std::uint64_t told_events() const { return told_.load(std::memory_order_relaxed); }

 private:
  Task<http::Response> open(http::Request& request);

  const RightsServices services_;
  FeedFollower& follower_;
  const MessageLimits limits_;
  StreamPlaces places_;
  std::atomic<std::uint64_t> told_{0};
};

}  // namespace noded::messages
