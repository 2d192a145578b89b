// One letter handed to a server by SMTP (RFC 5321). Blocks.
#pragma once

#include "noded/result.hpp"

#include "client/curl_call.hpp"
#include "mail/mail_setup.hpp"

#include <string>

namespace noded::mail {

// Error::type of what the server refuses for good (5xx).
inline constexpr std::string_view kRefusedForGood = "mail.refused";

// What the server said at the end. Errors: those of client::CurlCall; with the server's last line
// where it refused.
Result<std::string> hand_over(
    const MailSetup& setup,
    const std::string& to,
    const std::string& letter,
    const client::CallLimits& limits
);

}  // namespace noded::mail
