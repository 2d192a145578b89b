#include "modules/auth/session/passkey_page.hpp"

#include <array>

namespace noded::auth {
namespace {

constexpr Words kOr{"or", "或"};
constexpr Words kLogin{"Log in with a passkey", "使用通行密钥登录"};
constexpr Words kRegister{"Create an account with a passkey", "使用通行密钥注册"};
constexpr Words kName{"Name for this account", "账号名称"};
constexpr Words kNameHint{
    "3 to 32 letters and digits; the passkey stays on your device",
    "3 至 32 个字母或数字；通行密钥保存在您的设备上"
};
constexpr Words kFailed{
    "The passkey did not work. Please try again.", "通行密钥验证未成功，请重试。"
};
constexpr Words kKnown{
    "This device has a passkey for the account already.", "此设备已有该账号的通行密钥。"
};
constexpr Words kNameTaken{"This name is taken.", "该名称已被使用。"};
constexpr Words kNameInvalid{
    "A name has 3 to 32 letters and digits.", "名称须为 3 至 32 个字母或数字。"
};
constexpr Words kUnproven{
    "Look into your mailbox: a link there confirms the address. Then you can log in.",
    "请查看您的邮箱，通过其中的链接验证地址后即可登录。"
};
constexpr Words kLast{
    "This is the only way to log in to the account.", "这是该账号唯一的登录方式。"
};
constexpr Words kTitle{"Your passkeys", "您的通行密钥"};
constexpr Words kLoggedInAs{"Logged in as ", "当前账号："};
constexpr Words kNone{"There is none yet.", "尚无通行密钥。"};
constexpr Words kAdd{"Add a passkey", "添加通行密钥"};
constexpr Words kMade{"made", "创建于"};
constexpr Words kUsed{"used", "上次使用"};
constexpr Words kRename{"Rename", "重命名"};
constexpr Words kRemove{"Delete", "删除"};
constexpr Words kAuthenticator{"Authenticator app", "身份验证器应用"};
constexpr Words kLogOut{"Log out", "退出登录"};
constexpr Words kNeedsScript{
    "Passkeys need a browser with JavaScript switched on.", "使用通行密钥需启用 JavaScript。"
};

// By the codes of the passkey routes, and two of its own.
void problem_slot(HtmlPage& page, Language language) {
  const std::array<HtmlPage::Text, 6> texts{
      {{"failed", kFailed.in(language)},
       {"known", kKnown.in(language)},
       {"username_taken", kNameTaken.in(language)},
       {"username_invalid", kNameInvalid.in(language)},
       {"email_not_verified", kUnproven.in(language)},
       {"last_credential", kLast.in(language)}}
  };
  page.slot("passkey-problem", true, texts);
}

}  // namespace

void offer_passkey_login(HtmlPage& page, Language language, std::string_view routes) {
  page.begin_scripted();
  page.paragraph(kOr.in(language));
  problem_slot(page, language);
  page.button("passkey-login", kLogin.in(language));
  page.end_scripted();
  page.script(kScriptPath, routes);
}

void offer_passkey_registration(HtmlPage& page, Language language, std::string_view routes) {
  page.begin_scripted();
  page.paragraph(kOr.in(language));
  problem_slot(page, language);
  page.field(
      {.name = "passkey-name",
       .type = "text",
       .label = kName.in(language),
       .autocomplete = "username",
       .hint = kNameHint.in(language)}
  );
  page.button("passkey-register", kRegister.in(language));
  page.end_scripted();
  page.script(kScriptPath, routes);
}

std::string passkeys_page(Language language, std::string_view account, std::string_view routes) {
  HtmlPage page(language, kTitle.in(language));
  page.paragraph(std::string(kLoggedInAs.in(language)).append(account));
  page.without_script(kNeedsScript.in(language));
  problem_slot(page, language);
  const std::array<HtmlPage::Text, 5> texts{
      {{"none", kNone.in(language)},
       {"made", kMade.in(language)},
       {"used", kUsed.in(language)},
       {"rename", kRename.in(language)},
       {"remove", kRemove.in(language)}}
  };
  page.slot("passkey-list", false, texts);
  page.begin_scripted();
  page.button("passkey-add", kAdd.in(language));
  page.end_scripted();
  page.script(kScriptPath, routes);
  page.link({}, "/auth/authenticator", kAuthenticator.in(language));
  page.link({}, "/auth/api/logout", kLogOut.in(language));
  return page.finish();
}

}  // namespace noded::auth
