// Translation of ECMAScript patterns (ECMA-262 §22.2.1) to those of PCRE2, so that a pattern means
// the same in both or is refused: what only PCRE2 knows (verbs, possessive quantifiers, \A, \Q,
// POSIX classes) never gets through. Pure.
#pragma once

#include "noded/result.hpp"

#include <string>
#include <string_view>

namespace noded::codec {

// The equivalent for PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF. As with the u
// flag, a pattern works on code points and knows \u{…} and \p{…}; as without it, punctuation may be
// escaped and lone ] { } stand for themselves. Escaped letters that mean nothing are refused.
// Errors: kInvalid with the reason and its byte.
Result<std::string> translate_ecmascript_pattern(std::string_view pattern);

}  // namespace noded::codec
