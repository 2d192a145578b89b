// A letter as it goes over the wire (RFC 5322, RFC 2045, RFC 2047). Pure but for the identifier.
#pragma once

#include "noded/result.hpp"

#include "mail/mail_setup.hpp"
#include "mail/message.hpp"

#include <cstdint>
#include <string>

namespace noded::mail {

// Whether it can be one: kInvalid for an address or a subject that could be read as more than that.
Result<> check_message(const Message& message);

// Of a message that check_message() takes: head and body, lines ended by CRLF. ASCII goes as it is,
// other text in base64.
std::string write_letter(const Sender& from, const Message& message, std::int64_t unix_s);

}  // namespace noded::mail
