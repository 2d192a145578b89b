// Issuers: what the other services tell about themselves and the keys that they sign with, asked
// once an hour. Loop threads, concurrently.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "client/client.hpp"
#include "modules/auth/oauth/issuer_metadata.hpp"
#include "modules/auth/oauth/json_web_keys.hpp"
#include "modules/auth/oauth/oauth_provider.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace noded::auth {

class Issuers {
 public:
  // Both outlive it.
  Issuers(client::Client& client, const Clock& clock) : client_(client), clock_(clock) {}

  // With the endpoints that the configuration names itself in the place of discovered ones; without
  // asking anybody for a provider that is not kOidc. Errors: those of fetches, kInvalid for a bad
  // document.
  Task<Result<IssuerMetadata>> metadata_of(const OAuthProvider& provider, SteadyTime deadline);

  using Keys = std::shared_ptr<const JsonWebKeys>;
  Task<Result<Keys>> keys_of(const std::string& url, SteadyTime deadline);
  // The same after a token named a key that is not among them: asked again, but once a minute at
  // most. Null: it is too soon.
  Task<Result<Keys>> newer_keys_of(const std::string& url, SteadyTime deadline);

 private:
  template <class Value>
  struct Known {
    Value value;
    SteadyTime expires;
  };

  Task<Result<std::string>> get(std::string url, SteadyTime deadline);
  Task<Result<Keys>> fetch_keys(const std::string& url, SteadyTime deadline);

  client::Client& client_;
  const Clock& clock_;
  std::mutex mutex_;                                       // guards what follows
  std::map<std::string, Known<IssuerMetadata>> metadata_;  // by issuer
  std::map<std::string, Known<Keys>> keys_;                // by URL
  std::map<std::string, SteadyTime> asked_again_;          // when, by URL
};

}  // namespace noded::auth
