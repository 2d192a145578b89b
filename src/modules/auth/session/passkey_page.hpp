// What the pages of the login offer where browsers have passkeys, and the page of somebody's own
// ones. `routes` is the path below which the passkey routes lie.
#pragma once

#include "modules/auth/session/html_page.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kPasskeysPath = "/auth/passkeys";
inline constexpr std::string_view kScriptPath = "/auth/passkey.js";

void offer_passkey_login(HtmlPage& page, Language language, std::string_view routes);
void offer_passkey_registration(HtmlPage& page, Language language, std::string_view routes);

// Of the account that is logged in.
std::string passkeys_page(Language language, std::string_view account, std::string_view routes);

// What kScriptPath answers.
std::string_view passkey_script() noexcept;

}  // namespace noded::auth
