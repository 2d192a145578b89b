// FeedUpkeep: looks at the change feed every now and then, has it trimmed, and tells of it.
#pragma once

#include "noded/node.hpp"

#include "repository/database/database.hpp"
#include "repository/database/feed_retention.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace noded::roles {

// Main loop.
class FeedUpkeep {
 public:
  // The references outlive it. Adds the metrics, the part of the status and the part of reloads.
  FeedUpkeep(Node& node, database::Database& database);

  void start();
  // Returns once a check under way has ended.
  Task<> stop();

 private:
  // What metrics and status tell; shared with them.
  struct Figures {
    mutable std::mutex mutex;  // guards what follows
    database::FeedLimits limits{};
    database::FeedState state;
    std::uint64_t trimmed_commits = 0;
  };

  void tell_of(const std::shared_ptr<const Figures>& figures);
  Task<> run();
  Task<> check();
  void note(const database::FeedCheck& done);

  Node& node_;
  database::FeedRetention retention_;
  std::chrono::milliseconds period_;
  std::shared_ptr<Figures> figures_ = std::make_shared<Figures>();
  std::stop_source stop_;
  net::steady_timer timer_;
  net::steady_timer ended_;  // never expires; cancelled when run() has returned
  bool is_running_ = false;
};

}  // namespace noded::roles
