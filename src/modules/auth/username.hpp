// Names that people sign in with. Pure; any thread.
#pragma once

#include "noded/result.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

// What an account is called: a name of 3 to 32 letters and digits of any script, '_', '.' and '-',
// in lower case since two that differ in case alone are one; or an e-mail address, as it was given.
struct SignInName {
  bool is_email = false;
  std::string text;
};

// `text` as a person typed it. Errors: kInvalid with what is allowed. A name that is not in
// composed form (Unicode NFC) is refused: combining marks are no letters.
Result<SignInName> read_sign_in_name(std::string_view text);

}  // namespace noded::auth
