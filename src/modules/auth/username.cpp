#include "modules/auth/username.hpp"

#include "codec/json_formats.hpp"
#include "codec/regex.hpp"
#include "codec/utf8.hpp"

#include <locale.h>
#include <wctype.h>

#include <memory>

namespace noded::auth {
namespace {

constexpr std::size_t kLongestEmail = 254;  // bytes; RFC 5321 §4.5.3.1.3 without the brackets

const codec::Regex& name_pattern() {
  static const std::shared_ptr<const codec::Regex> pattern =
      codec::Regex::compile(R"(^[\p{L}\p{N}_.\-]{3,32}$)").value();
  return *pattern;
}

// glibc's own tables, whatever locale the process has.
locale_t unicode() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

// `text` is UTF-8.
std::string in_lower_case(std::string_view text) {
  std::string lower;
  while (!text.empty()) {
    const codec::Utf8Step step = codec::decode_utf8(text);
    const auto letter = static_cast<wint_t>(step.code_point);
    codec::append_utf8(lower, static_cast<char32_t>(towlower_l(letter, unicode())));
    text.remove_prefix(step.length);
  }
  return lower;
}

}  // namespace

Result<SignInName> read_sign_in_name(std::string_view text) {
  if (text.contains('@')) {
    static const codec::FormatPredicate is_email = codec::find_format("email");
    if (text.size() <= kLongestEmail && is_email(text))
      return SignInName{.is_email = true, .text = std::string(text)};
    return fail(Errc::kInvalid, "this is no e-mail address");
  }
  if (name_pattern().matches(text))
    return SignInName{.is_email = false, .text = in_lower_case(text)};
  return fail(
      Errc::kInvalid, "a name has 3 to 32 letters and digits; '_', '.' and '-' may stand in it"
  );
}

}  // namespace noded::auth
