// EventStream: an answer of changes of records as they are committed, in the form that browsers'
// EventSource reads (WHATWG HTML §9.2). Reads the change feed from a place on, so that nothing is
// missed and nothing told twice however slowly a client reads: what it has not read lies in the
// feed, not in memory.
#pragma once

#include "noded/http.hpp"

#include "modules/messages/feed_follower.hpp"
#include "modules/messages/follower_rights.hpp"
#include "modules/messages/stream_places.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace noded::messages {

class EventStream final : public http::BodySource {
 public:
  struct Parts {
    database::Database& database;
    FeedFollower& follower;
    std::atomic<std::uint64_t>& told;  // events, of all streams
    std::chrono::milliseconds heartbeat;
  };
  // `rights` were renewed just now.
  EventStream(
      const Parts& parts,
      FollowerRights rights,
      database::FeedPlace from,
      StreamPlaces::Place place,
      const net::any_io_executor& executor
  );

  Task<Result<std::string_view>> read() override;
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  void end_soon() override;

 private:
  struct Told {
    std::string text;
    std::uint64_t events = 0;
  };
  Task<> proceed();
  Task<Result<>> tell(const database::FeedPage& page);
  Result<> append_event(const database::FeedEntry& entry, Transaction& transaction, Told& told)
      const;
  void tell_gap(database::FeedPlace resumed);
  void beat();
  void end(std::string_view reason, std::string_view message);
  void say_goodbye();
  SteadyTime now() const { return parts_.database.clock().steady(); }

  const Parts parts_;
  FollowerRights rights_;
  database::FeedPlace next_;
  const StreamPlaces::Place place_;
  const std::shared_ptr<FeedFollower::Waiter> waiter_;
  SteadyTime last_told_;
  std::string out_;
  bool has_begun_ = false;
  bool is_ending_ = false;
  bool is_over_ = false;
};

}  // namespace noded::messages
