// SessionUpkeep: every minute tells the store what became of sessions, API keys and failed logins
// in memory, and removes one-time links and codes that are too old.
#pragma once

#include "noded/node.hpp"
#include "noded/task.hpp"

#include "modules/auth/keys/api_keys.hpp"
#include "modules/auth/recovery/email_codes.hpp"
#include "modules/auth/recovery/links.hpp"
#include "modules/auth/session/login_gate.hpp"
#include "modules/auth/session/sessions.hpp"

#include <boost/asio/steady_timer.hpp>

namespace noded::auth {

// One executor: start(), stop() and the work run on it.
class SessionUpkeep {
 public:
  struct Parts {
    Sessions& sessions;
    LoginGate& gate;
    Links& links;
    ApiKeys& keys;
    EmailCodes& codes;
    Node::Logger& log;
  };
  // The parts outlive it.
  SessionUpkeep(net::any_io_executor executor, const Parts& parts);

  void start();
  // Returns once the last round has ended.
  Task<> stop();

 private:
  Task<> run();
  Task<> keep();

  Parts parts_;
  net::steady_timer timer_;
  net::steady_timer ended_;  // never expires; cancelled when run() has returned
  bool is_running_ = false;
  bool is_stopping_ = false;
};

}  // namespace noded::auth
