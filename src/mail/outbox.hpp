// Outbox: where letters go. Whoever writes one never waits for its delivery.
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include "mail/message.hpp"

#include <string>

namespace noded::mail {

// Thread-safe.
class Outbox {
 public:
  virtual ~Outbox() = default;
  // Takes a letter and delivers it behind the caller, with several tries. kInvalid: an address or a
  // subject that no letter can have; kOverloaded: too many wait already.
  virtual Result<> post(Message message) = 0;
  // Delivers it now, in one try. What the server said at the end; its refusal or what else went
  // wrong is the error.
  virtual Task<Result<std::string>> deliver(Message message) = 0;
};

}  // namespace noded::mail
