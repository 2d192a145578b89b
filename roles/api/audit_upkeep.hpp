// AuditUpkeep: signs the audit chain every audit.checkpoint, and removes entries that are older
// than audit.retention, at the start and every hour.
#pragma once

#include "noded/node.hpp"

#include "repository/audit/audit_chain.hpp"
#include "repository/audit/checkpoint.hpp"
#include "repository/database/database.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <stop_token>
#include <string_view>

namespace noded::roles {

// Main loop.
class AuditUpkeep {
 public:
  // The references outlive it.
  AuditUpkeep(Node& node, database::Database& database);

  void start();
  // Returns once nothing of it is under way.
  Task<> stop();

 private:
  Task<> run();
  Task<> sign();
  Task<> prune();
  void warn(std::string_view event, const Error& error);

  Node& node_;
  database::Database& database_;
  const audit::AuditChain chain_;
  const audit::SigningSeed seed_;
  const std::chrono::milliseconds retention_;
  const std::chrono::milliseconds checkpoint_period_;
  std::stop_source stop_;
  net::steady_timer timer_;
  net::steady_timer ended_;  // never expires; cancelled when run() has returned
  bool is_running_ = false;
};

}  // namespace noded::roles
