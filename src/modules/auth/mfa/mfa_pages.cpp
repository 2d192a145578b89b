#include "modules/auth/mfa/mfa_pages.hpp"

#include "modules/auth/mfa/qr_code.hpp"
#include "modules/auth/session/html_page.hpp"
#include "modules/auth/session/passkey_page.hpp"

#include <array>

namespace noded::auth {
namespace {

constexpr Words kTitle{"Authenticator app", "身份验证器应用"};
constexpr Words kLoggedInAs{"Logged in as ", "已登录："};
constexpr Words kOff{
    "With an app on your phone, such as Aegis or Google Authenticator, logging in takes a code of "
    "that app beside your password: a stolen password alone opens nothing.",
    "使用手机上的应用（如 Aegis 或 Google Authenticator），登录时除密码外还需要应用中的验证码："
    "仅凭被盗的密码无法登录。"
};
constexpr Words kSetUp{"Set it up", "开始设置"};
constexpr Words kOn{
    "Your account asks for a code of your app at every login by password.",
    "您的账号在每次使用密码登录时都需要应用中的验证码。"
};
constexpr Words kCodesLeft{"Recovery codes left: ", "剩余恢复码："};
constexpr Words kNewCodes{"Make new recovery codes", "生成新的恢复码"};
constexpr Words kRemove{"Remove the app", "移除应用"};
constexpr Words kPassword{"Password", "密码"};
constexpr Words kPasswordHint{"To show that it is you", "用于确认是您本人"};
constexpr Words kScan{
    "Scan this with your app, or type the key into it. Then enter the code that it shows.",
    "用应用扫描此二维码，或手动输入密钥，然后输入应用显示的验证码。"
};
constexpr Words kOnceMore{
    "Enter the code that the app shows now, or begin again.",
    "请输入应用当前显示的验证码，或重新开始。"
};
constexpr Words kBeginAgain{"Begin again", "重新开始"};
constexpr Words kQrCode{"QR code with the key below", "包含下方密钥的二维码"};
constexpr Words kKey{"Key: ", "密钥："};
constexpr Words kCode{"Code", "验证码"};
constexpr Words kTurnOn{"Turn it on", "启用"};
constexpr Words kRecoveryTitle{"Recovery codes", "恢复码"};
constexpr Words kRecoveryText{
    "Each of these opens your account once in place of a code, should you lose the app. Keep them "
    "where you keep what is precious: they are not shown again.",
    "如果丢失应用，以下每个恢复码可代替验证码使用一次。请妥善保管：它们不会再次显示。"
};
constexpr Words kDone{"I have kept them", "我已保存"};
constexpr Words kPasskeys{"Passkeys", "通行密钥"};
constexpr Words kLogOut{"Log out", "退出登录"};
constexpr Words kAgain{
    "To change this, please log in again: your last login was more than five minutes ago.",
    "要更改此项，请重新登录：您上次登录已超过五分钟。"
};

struct ProblemText {
  MfaProblem problem;
  Words words;
};
constexpr std::array kProblems{
    ProblemText{
        MfaProblem::kCode,
        {"The code is wrong. Is the clock of your device right?",
         "验证码错误。请检查设备时间是否正确。"}
    },
    ProblemText{MfaProblem::kPassword, {"The password is wrong.", "密码错误。"}},
    ProblemText{
        MfaProblem::kTooMany,
        {"Too many failed attempts. Please wait a little and try again.",
         "失败次数过多，请稍候再试。"}
    },
    ProblemText{
        MfaProblem::kState,
        {"This was changed elsewhere meanwhile; here is how it is now.",
         "此设置已在别处更改；以下为当前状态。"}
    }
};

HtmlPage begin_page(const MfaPage& given, const Words& title) {
  HtmlPage page(given.language, title.in(given.language));
  for (const ProblemText& known : kProblems) {
    if (known.problem == given.problem) page.problem(known.words.in(given.language));
  }
  return page;
}

void begin_action(HtmlPage& page, const MfaPage& given, std::string_view action) {
  page.begin_form(kAuthenticatorPath);
  page.hidden("csrf", given.csrf);
  page.hidden("do", action);
}

void action(HtmlPage& page, const MfaPage& given, std::string_view name, const Words& button) {
  begin_action(page, given, name);
  const std::string id = std::string(name) + "-password";
  if (given.asks_password) {
    page.field(
        {.name = "password",
         .type = "password",
         .label = kPassword.in(given.language),
         .autocomplete = "current-password",
         .hint = kPasswordHint.in(given.language),
         .id = id}
    );
  }
  page.end_form(button.in(given.language));
}

}  // namespace

std::string authenticator_page(const MfaPage& given, const SecondFactorStatus& status) {
  const Language language = given.language;
  HtmlPage page = begin_page(given, kTitle);
  page.paragraph(std::string(kLoggedInAs.in(language)) + given.account);
  if (status.is_on) {
    page.paragraph(kOn.in(language));
    page.paragraph(std::string(kCodesLeft.in(language)) + std::to_string(status.recovery_codes));
    action(page, given, "codes", kNewCodes);
    action(page, given, "remove", kRemove);
  } else {
    page.paragraph(kOff.in(language));
    action(page, given, "begin", kSetUp);
  }
  if (given.links_passkeys) page.link({}, kPasskeysPath, kPasskeys.in(language));
  page.link({}, "/auth/api/logout", kLogOut.in(language));
  return page.finish();
}

std::string enrolment_page(
    const MfaPage& given, const std::string& uri, std::string_view seed_text
) {
  const Language language = given.language;
  HtmlPage page = begin_page(given, kTitle);
  if (uri.empty()) {
    page.paragraph(kOnceMore.in(language));
  } else {
    page.paragraph(kScan.in(language));
    page.drawing(qr_code_svg(uri, kQrCode.in(language)));
    page.paragraph(std::string(kKey.in(language)).append(seed_text));
  }
  begin_action(page, given, "confirm");
  page.field(
      {.name = "code", .type = "text", .label = kCode.in(language), .autocomplete = "one-time-code"}
  );
  page.end_form(kTurnOn.in(language));
  if (uri.empty()) page.link({}, kAuthenticatorPath, kBeginAgain.in(language));
  return page.finish();
}

std::string recovery_codes_page(const MfaPage& given, const std::vector<std::string>& codes) {
  HtmlPage page = begin_page(given, kRecoveryTitle);
  page.paragraph(kRecoveryText.in(given.language));
  page.list(codes);
  page.link({}, kAuthenticatorPath, kDone.in(given.language));
  return page.finish();
}

std::string sign_in_again_page(const MfaPage& given) {
  HtmlPage page = begin_page(given, kTitle);
  page.paragraph(kAgain.in(given.language));
  page.link({}, "/auth/api/logout", kLogOut.in(given.language));
  return page.finish();
}

}  // namespace noded::auth
