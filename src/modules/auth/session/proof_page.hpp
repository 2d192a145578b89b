// What the page of the login has while logins fail in a storm: a hidden field, and the script that
// fills it with a proof of work (login_proof.hpp).
#pragma once

#include "modules/auth/session/html_page.hpp"
#include "modules/auth/session/login_proof.hpp"

#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kProofScriptPath = "/auth/proof.js";

// Within the form.
void ask_for_work(HtmlPage& page, const ProofDemand& demand);
// After it.
void work_in_browser(HtmlPage& page, Language language);

// What kProofScriptPath answers.
std::string_view proof_script() noexcept;

}  // namespace noded::auth
