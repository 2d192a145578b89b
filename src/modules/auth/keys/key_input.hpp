// What the routes of API keys take, checked: see keys_admin.hpp. Pure.
#pragma once

#include "modules/auth/keys/api_key.hpp"
#include "modules/auth/refusal.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace noded::auth {

struct KeyInput {
  ApiKey key;        // name, what it may, and its limits
  std::string user;  // id or e-mail address of whose it is to be; empty: the asker's
};
struct ReadKeyInput {
  KeyInput input;
  std::vector<Flaw> flaws;  // all that is wrong; not empty: `input` is not to be used
};

// {"name","role"|"permissions","expires_at"?,"cidrs"?,"rate"?,"user"?}. `name` has 1 to 100 bytes,
// `expires_at` is a time to come, `rate` a number of requests a minute from 1 to 1000000; of
// `cidrs` and `permissions` there are 100 at most.
ReadKeyInput read_new_key(const boost::json::value& body, std::int64_t now_ms);

struct ReadOverlap {
  std::int64_t overlap_ms = 0;
  std::vector<Flaw> flaws;
};
// {"overlap_s"?}: seconds from 0 to `most_ms`, which is also the default.
ReadOverlap read_overlap(const boost::json::value& body, std::int64_t most_ms);

}  // namespace noded::auth
