// Where a login leads to afterwards: a path of this site and nothing else. Pure.
#pragma once

#include <string>
#include <string_view>

namespace noded::auth {

// `asked` when it begins with one slash and has, even after decoding its percent escapes twice, no
// "//", no backslash and no control character; otherwise "/".
std::string next_path(std::string_view asked);

}  // namespace noded::auth
