// RecoveryAdmin: one-time links for a new password that somebody else asks for.
//
//   POST /api/admin/users/:email/recovery-link   the local operator (404 for others): 200
//        {"link","expires_at","lifetime_s"}, to be handed over by whatever way there is; a path
//        alone while the node's public URL is not known
//   POST /api/admin/users/:id/reset-password     users.manage: 202 {"sent":true}, the link goes to
//        the account's address; 501 MAIL_NOT_CONFIGURED where no mail is
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/recovery/link_sender.hpp"
#include "modules/auth/recovery/links.hpp"

#include <vector>

namespace noded::auth {

// Thread-safe.
class RecoveryAdmin {
 public:
  // All outlive the routes.
  RecoveryAdmin(Authorizer& authorizer, Links& links, LinkSender& sender)
      : authorizer_(authorizer), links_(links), sender_(sender) {}

  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  Task<http::Response> make_link(AuthStatePtr state, http::Request& request);
  Task<http::Response> send_link(AuthStatePtr state, http::Request& request);

  Authorizer& authorizer_;
  Links& links_;
  LinkSender& sender_;
};

}  // namespace noded::auth
