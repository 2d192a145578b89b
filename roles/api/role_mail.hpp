// RoleMail: the mail of the role: its settings, its Mailer where mail.smtp names a server, its
// metrics, and POST /api/admin/mail/test.
#pragma once

#include "noded/node.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "mail/mailer.hpp"

#include <memory>
#include <optional>
#include <string>

namespace noded::roles {

class RoleMail {
 public:
  // Reads the options; what is wrong with them is told by start(). The node outlives it.
  explicit RoleMail(Node& node);

  // Null: no mail is configured.
  mail::Outbox* outbox() const { return mailer_.get(); }
  const std::string& public_url() const { return public_url_; }  // empty: not known

  // kInvalid: options that are not in order.
  Result<> start();
  Task<> stop();

 private:
  Result<> read();
  void tell();
  Task<http::Response> test(http::Request& request);

  Node& node_;
  std::string public_url_;
  std::unique_ptr<mail::Mailer> mailer_;
  Result<> read_;
};

}  // namespace noded::roles
