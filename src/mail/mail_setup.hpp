// MailSetup: the options of mail, read into what the Mailer works with.
#pragma once

#include "noded/options.hpp"
#include "noded/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::mail {

enum class StartTls : std::uint8_t { kRequired, kOpportunistic, kOff };

struct Sender {
  std::string address;
  std::string name;  // may be empty
};
// Of "noreply@example.org" or "Name <noreply@example.org>". Errors: kInvalid.
Result<Sender> parse_sender(std::string_view text);

struct MailSetup {
  std::string server;  // smtp://host:port or smtps://host:port
  StartTls starttls = StartTls::kRequired;
  std::string username;  // empty: none
  std::string password;
  std::string ca_file;  // empty: the system's certificates
  Sender from;
  std::chrono::milliseconds timeout{20'000};
  std::size_t queue = 1000;
  int tries = 5;
  std::chrono::milliseconds retry_pause{5'000};
};

// Empty where mail.smtp is. Reads the password's file: blocks. Errors: kInvalid naming the option:
// no such server, no sender, a password file that others may read or that is not there.
Result<std::optional<MailSetup>> read_mail_setup(const Options& options);

// The base of links: mail.public_url without a final '/'; empty: the option is. Errors: kInvalid
// for what is no origin.
Result<std::string> read_public_url(const Options& options);

}  // namespace noded::mail
