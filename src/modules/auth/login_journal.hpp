// LoginJournal: puts logins into the audit chain. They are written behind the answers, at most once
// a second; what failed in between is one entry with a count, so that a storm of wrong passwords
// does not become a storm of writes. A crash loses what was not written yet, a stop does not.
#pragma once

#include "noded/http.hpp"
#include "noded/node.hpp"

#include "repository/audit/audit_chain.hpp"
#include "repository/database/database.hpp"

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace noded::auth {

// Thread-safe; what it is given outlives it.
class LoginJournal {
 public:
  static constexpr std::size_t kMostWaiting = 1000;  // successes; more of them are only counted
  static constexpr std::size_t kMostNamed = 10;      // accounts and addresses of one entry

  LoginJournal(database::Database& database, Node::Logger& log)
      : database_(database), log_(log), chain_(database.application(), database.clock()) {}

  Task<> succeeded(const http::Request& request, const std::string& user_id);
  // `user_id` is empty for an account that does not exist: what was typed is not kept, since it may
  // be a password.
  Task<> failed(const http::Request& request, const std::string& user_id);
  // Writes what waits.
  Task<> flush();

 private:
  // What has yet to be written.
  struct Waiting {
    std::vector<audit::Act> successes;
    std::uint64_t more_successes = 0;
    std::uint64_t failures = 0;
    audit::Act failure;  // the first one
    std::set<std::string> targets;
    std::set<std::string> addresses;
    bool is_empty() const { return successes.empty() && failures == 0; }
  };
  static std::vector<audit::Act> acts_of(Waiting waiting);
  Waiting take();
  Task<> begin();
  Task<> run();

  database::Database& database_;
  Node::Logger& log_;
  const audit::AuditChain chain_;
  std::mutex mutex_;  // guards what follows
  Waiting waiting_;
  bool is_running_ = false;
};

}  // namespace noded::auth
