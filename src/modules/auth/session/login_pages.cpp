#include "modules/auth/session/login_pages.hpp"

#include "codec/text.hpp"
#include "modules/auth/oauth/oauth_page.hpp"
#include "modules/auth/session/html_page.hpp"
#include "modules/auth/session/passkey_page.hpp"
#include "modules/auth/session/proof_page.hpp"

#include <array>
#include <string>

namespace noded::auth {
namespace {

constexpr Words kLogIn{"Log in", "登录"};
constexpr Words kRegister{"Create an account", "注册账号"};
constexpr Words kLogOut{"Log out", "退出登录"};
constexpr Words kLogOutText{
    "This ends your session in this browser.", "这将结束您在此浏览器中的会话。"
};
constexpr Words kEmail{"E-mail address", "邮箱地址"};
constexpr Words kPassword{"Password", "密码"};
constexpr Words kPasswordHint{"At least 8 characters", "至少 8 个字符"};
constexpr Words kSendLink{"Send me a link to log in with", "向我发送登录链接"};
constexpr Words kUnconfirmed{
    "A new account works once its address is confirmed.", "新账号须先验证邮箱地址才能登录。"
};
constexpr Words kConfirm{"Send the link for that again", "重新发送验证链接"};
constexpr Words kForgotten{"Forgot your password?", "忘记密码？"};
constexpr Words kNoAccount{"No account yet?", "还没有账号？"};
constexpr Words kHaveAccount{"You have an account already?", "已有账号？"};
constexpr Words kOr{"or", "或"};
constexpr Words kBack{"Back to the login", "返回登录"};
constexpr Words kSecondStep{"Second step", "两步验证"};
constexpr Words kSecondStepText{
    "Your account asks for a code of your authenticator app.",
    "您的账号需要身份验证器应用中的验证码。"
};
constexpr Words kCode{"Code", "验证码"};
constexpr Words kCodeHint{
    "Six digits, or one of your recovery codes", "六位数字，或您的一个恢复码"
};

struct ProblemText {
  LoginProblem problem;
  std::string_view name;
  Words words;
};
constexpr std::array kProblems{
    ProblemText{
        LoginProblem::kCredentials,
        "credentials",
        {"The e-mail address or the password is wrong.", "邮箱地址或密码错误。"}
    },
    ProblemText{
        LoginProblem::kTooMany,
        "wait",
        {"Too many failed attempts. Please wait a little and try again.",
         "失败次数过多，请稍候再试。"}
    },
    ProblemText{
        LoginProblem::kStorm,
        "storm",
        {"Very many logins fail at the moment, so that your browser has to do some work first. "
         "Please "
         "enter your password once more.",
         "目前有大量登录失败，您的浏览器需先完成一些计算。请再次输入密码。"}
    },
    ProblemText{
        LoginProblem::kUnavailable,
        "unavailable",
        {"This did not work. Please try again.", "操作未成功，请重试。"}
    },
    ProblemText{
        LoginProblem::kRegistration,
        "registration",
        {"No account was made: the address may be taken already, or the password is too short.",
         "未能注册：该邮箱可能已被使用，或密码过短。"}
    },
    ProblemText{
        LoginProblem::kCode,
        "code",
        {"The code is wrong, or was used before.", "验证码错误，或已被使用。"}
    },
    ProblemText{
        LoginProblem::kExpired,
        "expired",
        {"The login took too long. Please begin again.", "登录超时，请重新开始。"}
    },
    ProblemText{
        LoginProblem::kService,
        "service",
        {"Signing in with the other service did not work. Please try again.",
         "通过其他服务登录未成功，请重试。"}
    },
    ProblemText{
        LoginProblem::kNoAccount,
        "no_account",
        {"There is no account for this sign-in yet. Create one first.",
         "该登录方式尚无对应账号，请先注册。"}
    },
    ProblemText{
        LoginProblem::kOtherWay,
        "other_way",
        {"The account with this e-mail address logs in another way.",
         "使用该邮箱的账号采用其他登录方式。"}
    },
    ProblemText{
        LoginProblem::kAddress,
        "address",
        {"The other service tells no verified e-mail address.", "其他服务未提供已验证的邮箱地址。"}
    }
};

void show_problem(HtmlPage& page, Language language, LoginProblem problem) {
  for (const ProblemText& known : kProblems) {
    if (known.problem == problem) page.problem(known.words.in(language));
  }
}

// Who has just registered may be told nothing else (auth.hide_existence).
void offer_confirmation(HtmlPage& page, Language language, const LoginPage& given) {
  if (!given.can_confirm || given.problem != LoginProblem::kCredentials) return;
  page.link(kUnconfirmed.in(language), "/auth/verify", kConfirm.in(language));
}

void begin_form(HtmlPage& page, std::string_view action, const LoginPage& given) {
  page.begin_form(action);
  page.hidden("csrf", given.csrf);
  if (!given.next.empty()) page.hidden("next", given.next);
}

void email_field(
    HtmlPage& page, Language language, std::string_view value, std::string_view autocomplete
) {
  page.field(
      {.name = "email",
       .type = "email",
       .label = kEmail.in(language),
       .autocomplete = autocomplete,
       .value = value}
  );
}

// Forms that lead to other services by way of this node: docs/oauth.md.
void offer_services(
    HtmlPage& page, Language language, const LoginPage& given, std::string_view action
) {
  if (!given.services.empty()) page.paragraph(kOr.in(language));
  for (const LoginService& service : given.services) {
    page.begin_form(std::string(service.path) + std::string(action));
    page.hidden("page", "1");
    if (!given.next.empty()) page.hidden("next", given.next);
    page.end_form(continue_with(language, service.label));
  }
}

std::string with_next(std::string_view path, std::string_view next) {
  std::string target(path);
  if (!next.empty() && next != "/") target.append("?next=").append(codec::percent_encode(next));
  return target;
}

}  // namespace

LoginProblem problem_of(std::string_view name) noexcept {
  for (const ProblemText& known : kProblems) {
    if (known.name == name) return known.problem;
  }
  return LoginProblem::kNone;
}

std::string_view name_of(LoginProblem problem) noexcept {
  for (const ProblemText& known : kProblems) {
    if (known.problem == problem) return known.name;
  }
  return {};
}

std::string page_target(std::string_view page, LoginProblem problem, std::string_view next) {
  std::string target(page);
  target.append("?error=").append(name_of(problem));
  if (next != "/") target.append("&next=").append(codec::percent_encode(next));
  return target;
}

std::string login_page(Language language, const LoginPage& given) {
  HtmlPage page(language, kLogIn.in(language));
  show_problem(page, language, given.problem);
  offer_confirmation(page, language, given);
  begin_form(page, "/auth/api/login", given);
  const bool has_passkeys = !given.passkeys.empty();
  if (given.proof != nullptr) ask_for_work(page, *given.proof);
  email_field(page, language, given.email, has_passkeys ? "username webauthn" : "username");
  page.field(
      {.name = "password",
       .type = "password",
       .label = kPassword.in(language),
       .autocomplete = "current-password"}
  );
  page.end_form(kLogIn.in(language));
  if (given.proof != nullptr) work_in_browser(page, language);
  if (has_passkeys) offer_passkey_login(page, language, given.passkeys);
  offer_services(page, language, given, "/login");
  if (given.can_link) page.link({}, with_next("/auth/link", given.next), kSendLink.in(language));
  if (given.can_recover) page.link({}, "/auth/recover", kForgotten.in(language));
  if (given.allow_register) {
    const std::string target = with_next("/auth/register", given.next);
    page.link(kNoAccount.in(language), target, kRegister.in(language));
  }
  return page.finish();
}

std::string register_page(Language language, const LoginPage& given) {
  HtmlPage page(language, kRegister.in(language));
  show_problem(page, language, given.problem);
  begin_form(page, "/auth/register", given);
  email_field(page, language, given.email, "username");
  page.field(
      {.name = "password",
       .type = "password",
       .label = kPassword.in(language),
       .autocomplete = "new-password",
       .hint = kPasswordHint.in(language),
       .is_new_password = true}
  );
  page.end_form(kRegister.in(language));
  if (!given.passkeys.empty()) offer_passkey_registration(page, language, given.passkeys);
  offer_services(page, language, given, "/register");
  const std::string target = with_next("/auth/login", given.next);
  page.link(kHaveAccount.in(language), target, kLogIn.in(language));
  return page.finish();
}

std::string code_page(Language language, const LoginPage& given) {
  HtmlPage page(language, kSecondStep.in(language));
  show_problem(page, language, given.problem);
  page.paragraph(kSecondStepText.in(language));
  begin_form(page, "/auth/api/mfa", given);
  page.field(
      {.name = "code",
       .type = "text",
       .label = kCode.in(language),
       .autocomplete = "one-time-code",
       .hint = kCodeHint.in(language)}
  );
  page.end_form(kLogIn.in(language));
  page.link({}, with_next("/auth/login", given.next), kBack.in(language));
  return page.finish();
}

std::string logout_page(Language language, std::string_view csrf) {
  HtmlPage page(language, kLogOut.in(language));
  page.paragraph(kLogOutText.in(language));
  page.begin_form("/auth/api/logout");
  page.hidden("csrf", csrf);
  page.end_form(kLogOut.in(language));
  return page.finish();
}

}  // namespace noded::auth
