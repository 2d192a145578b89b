// Who acts, as the audit chain names them.
#pragma once

#include "noded/http.hpp"

#include "repository/audit/audit_entry.hpp"

#include <string>

namespace noded::audit {

struct Actor {
  // "user 17", "user 17 by key 2hT…", "user 3 as user 17", "operator", "anonymous"
  std::string name = "node";
  std::string ip;  // "local" on the admin socket
  std::string request_id;
};

// Of a request whose identity is known.
Actor actor_of(const http::Request& request);

// `details` is JSON object text or empty.
Act done_by(const Actor& actor, std::string action, std::string target, std::string details = {});

// As text of a JSON object and back; of what is no such object, the node.
std::string to_text(const Act& act);
Act act_from(std::string_view text);

}  // namespace noded::audit
