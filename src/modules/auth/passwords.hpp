// Passwords: hashing and verification on the hash lane, so that the loop never waits for one.
// Thread-safe.
#pragma once

#include "noded/lane.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "crypto/password.hpp"

#include <optional>
#include <string>

namespace noded::auth {

class Passwords {
 public:
  // `lane` must outlive it.
  Passwords(Lane& lane, const crypto::PasswordCost& cost);

  // kOverloaded while the lane is full: to be asked before a request is read, so that a storm of
  // logins costs the node little more than their refusals.
  Result<> require_room() const;

  // The encoded Argon2id hash. kOverloaded when the lane is full.
  Task<Result<std::string>> hash(std::string password) const;

  struct Verdict {
    bool matches = false;
    std::optional<std::string> upgrade;  // a stronger hash to store, when it matched a weaker form
  };
  // `stored` empty: there is no such account; the answer takes the same time and is no. So does a
  // wrong password for one of bknd's cheaper forms. kOverloaded when the lane is full.
  Task<Result<Verdict>> verify(
      std::string password, std::optional<std::string> stored, bool allow_plain
  ) const;

 private:
  Lane& lane_;
  crypto::PasswordCost cost_;
  std::string decoy_;  // a hash of this cost that no password is known for
};

}  // namespace noded::auth
