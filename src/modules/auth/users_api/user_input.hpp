// What POST and PATCH of /api/users take: {"email","username","password"}. Pure.
//
// E-mail addresses are trimmed and lower-cased (ASCII), at most 254 bytes, with a local part of 1
// to 64 bytes and a domain of two labels or more. Usernames are as read_sign_in_name() has them,
// and not one of those that stand for the node. Passwords have 8 to 1024 bytes, are neither e-mail
// address nor username and not among the most common ones.
#pragma once

#include "modules/auth/refusal.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace noded::auth {

struct UserInput {
  std::optional<std::string> email;
  std::optional<std::string> username;
  std::optional<std::string> password;
};

struct ReadUserInput {
  UserInput user;
  std::vector<Flaw> flaws;  // all that is wrong; not empty: `user` is not to be used
};

// All three are required.
ReadUserInput read_new_user(const boost::json::value& body);
// email and username, or one of them; `may_change_email` false: username alone.
ReadUserInput read_user_changes(const boost::json::value& body, bool may_change_email);

}  // namespace noded::auth
