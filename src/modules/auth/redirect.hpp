// Redirects: where a form login or logout sends the browser. Only to this site: what a request
// names never leads elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

// `target` itself when it is an absolute path of this site ("/there?x=1"): one slash, no backslash,
// no control character, at most 2048 bytes; bytes outside of printable ASCII come back
// percent-encoded. Empty otherwise.
std::optional<std::string> same_site_path(std::string_view target);

// Path and query of a Referer: a path, or a URL whose authority is `host` (the request's Host).
// Empty otherwise.
std::optional<std::string> path_of_referer(std::string_view referer, std::string_view host);

}  // namespace noded::auth
