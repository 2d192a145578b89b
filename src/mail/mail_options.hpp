// Options of mail: the server that takes letters, how to speak with it, and what stands in them.
#pragma once

#include "noded/options.hpp"

#include <chrono>
#include <cstdint>

namespace noded::mail {

inline constexpr Option<std::string> kSmtp{
    "mail.smtp",
    "server that letters are handed to: smtp://HOST:PORT or smtps://HOST:PORT (TLS from the first "
    "byte); empty: no mail is sent",
    ""
};
inline constexpr Option<std::string> kStartTls{
    "mail.starttls",
    "TLS on a connection that begins without, smtp://: required, opportunistic (whoever sits on "
    "the "
    "way can prevent it) or off",
    "required",
    {"required", "opportunistic", "off"}
};
inline constexpr Option<std::string> kUsername{
    "mail.username", "account at the server; empty: none is needed", ""
};
inline constexpr Option<std::string> kPasswordFile{
    "mail.password_file",
    "file whose first line is that account's password; only its owner may read it",
    ""
};
inline constexpr Option<std::string> kCaFile{
    "mail.ca_file",
    "certificates (PEM) that the server's is checked against; empty: those of the system",
    ""
};
inline constexpr Option<std::string> kFrom{
    "mail.from", "sender: noreply@example.org or Name <noreply@example.org>", ""
};
inline constexpr Option<std::string> kPublicUrl{
    "mail.public_url",
    "where people reach the node, the beginning of the links in letters: https://app.example.org; "
    "empty: the first of passkey.origins, else https:// and passkey.rp_id",
    ""
};
inline constexpr Option<std::chrono::milliseconds> kTimeout{
    "mail.timeout",
    "longest that one try to hand over a letter may take",
    std::chrono::seconds(20),
    std::chrono::seconds(1),
    std::chrono::minutes(5)
};
inline constexpr Option<std::int64_t> kQueue{
    "mail.queue", "letters that may wait in memory; more are refused", 1000, 1, 100'000
};
inline constexpr Option<std::int64_t> kTries{
    "mail.tries", "tries to hand over a letter that the server does not refuse for good", 5, 1, 20
};
inline constexpr Option<std::chrono::milliseconds> kRetryPause{
    "mail.retry_pause",
    "wait before the second try; each further one waits twice as long",
    std::chrono::seconds(5),
    std::chrono::milliseconds(100),
    std::chrono::minutes(10)
};

inline OptionTable mail_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kSmtp,
      &kStartTls,
      &kUsername,
      &kPasswordFile,
      &kCaFile,
      &kFrom,
      &kPublicUrl,
      &kTimeout,
      &kQueue,
      &kTries,
      &kRetryPause
  };
  return kTable;
}

}  // namespace noded::mail
