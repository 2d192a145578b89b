// The Cookie field and form bodies, as they come from outside.
#include "modules/auth/cookie.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/redirect.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view value = noded::auth::find_cookie(text, noded::auth::kAuthCookie);
  if (const auto token = noded::auth::verify_cookie("secret", value)) {
    // What verifies under a secret was signed with it.
    if (noded::auth::verify_cookie("secret", noded::auth::sign_cookie("secret", *token)) != token)
      std::abort();
  }
  const auto path = noded::auth::same_site_path(text);
  if (path && (path->front() != '/' || path->starts_with("//") || path->contains('\\')))
    std::abort();
  static_cast<void>(noded::auth::path_of_referer(text, "host"));
  static_cast<void>(noded::auth::parse_form(text));
  return 0;
}
