// The letters that carry one-time links and codes, in English and Chinese. Pure.
#pragma once

#include "mail/message.hpp"
#include "modules/auth/recovery/link.hpp"
#include "modules/auth/session/language.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace noded::auth {

struct LetterFacts {
  std::string_view to;
  std::string_view site;  // the node's public URL, as people know it
  std::chrono::milliseconds lifetime{};
};

// `link` is the whole URL.
mail::Message link_letter(
    Language language, Purpose purpose, const LetterFacts& facts, std::string_view link
);

// What a page that hides whether there is an account leaves to a letter.
enum class Notice : std::uint8_t {
  kHasAccount,         // the address that was to be registered has one
  kNameTaken,          // a name, or another field that no two accounts share, is somebody else's
  kNeedsSecondFactor,  // a code by mail does not let into the account
};
mail::Message notice_letter(Language language, Notice notice, const LetterFacts& facts);

// A code to sign in or to register with.
mail::Message code_letter(Language language, const LetterFacts& facts, std::string_view code);

}  // namespace noded::auth
