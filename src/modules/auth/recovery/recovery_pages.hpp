// Pages of one-time links, in English and Chinese. Whatever is put into them is escaped.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/recovery/link.hpp"
#include "modules/auth/session/language.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

// For the address that a link should go to; the hidden fields `csrf` and, unless it is empty,
// `next` are for the form.
std::string ask_page(
    Language language, Purpose purpose, std::string_view csrf, std::string_view next
);
// After that, whether there is such an account or not.
std::string sent_page(Language language, Purpose purpose);
// What a link leads to: the form of a new password, or the one button that confirms the address or
// logs in (who only looks at a link, as scanners of mail do, does not use it).
struct LinkPage {
  std::string_view csrf;
  std::string_view token;
  std::string_view address;  // of the account
  std::string_view problem;  // shown above; empty: none
};
std::string link_page(Language language, Purpose purpose, const LinkPage& page);
std::string done_page(Language language, Purpose purpose);
// Of a link that does not work (any more). `can_ask`: another one can be asked for.
std::string gone_page(Language language, Purpose purpose, bool can_ask);

// With a policy of referrers that tells the page's address, in which the token stands, to nobody.
http::Response answer_link_page(int status, std::string html);

// What the routes say where no mail is configured.
std::string_view no_mail_text(Language language);

}  // namespace noded::auth
