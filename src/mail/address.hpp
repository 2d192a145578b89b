// E-mail addresses as letters may be sent to (RFC 5321 §4.1.2, RFC 6531). Pure.
#pragma once

#include <string_view>

namespace noded::mail {

// Narrower than the standard, so that no address can mean more than itself in an envelope or a
// field: "local@domain", 254 bytes of UTF-8 at most, the local part a dot-atom of 1 to 64 bytes,
// the domain labels of letters, digits and '-', or beyond ASCII whatever UTF-8 has. No quotes,
// comments, blanks, control characters, lists or address literals.
bool is_address(std::string_view text) noexcept;

// Whether it can be one line of a letter's head: valid UTF-8 without control characters, 200 bytes
// at most.
bool is_header_text(std::string_view text) noexcept;

}  // namespace noded::mail
