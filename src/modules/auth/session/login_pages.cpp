#include "modules/auth/session/login_pages.hpp"

#include "codec/text.hpp"

#include <array>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors "
    "'none'";
constexpr std::string_view kScriptPolicy = "; script-src 'self'; connect-src 'self'";

constexpr Words kLogIn{"Log in", "登录"};
constexpr Words kRegister{"Create an account", "注册账号"};
constexpr Words kLogOut{"Log out", "退出登录"};
constexpr Words kLogOutText{
    "This ends your session in this browser.", "这将结束您在此浏览器中的会话。"
};
constexpr Words kEmail{"E-mail address", "邮箱地址"};
constexpr Words kPassword{"Password", "密码"};
constexpr Words kPasswordHint{"At least 8 characters", "至少 8 个字符"};
constexpr Words kNoAccount{"No account yet?", "还没有账号？"};
constexpr Words kHaveAccount{"You have an account already?", "已有账号？"};
constexpr Words kOr{"or", "或"};
constexpr Words kPasskeyLogin{"Log in with a passkey", "使用通行密钥登录"};
constexpr Words kPasskeyRegister{"Create an account with a passkey", "使用通行密钥注册"};
constexpr Words kPasskeyName{"Name for this account", "账号名称"};
constexpr Words kPasskeyNameHint{
    "3 to 32 letters and digits; the passkey stays on your device",
    "3 至 32 个字母或数字；通行密钥保存在您的设备上"
};
constexpr Words kPasskeyFailed{
    "The passkey did not work. Please try again.", "通行密钥验证未成功，请重试。"
};
constexpr Words kPasskeyKnown{
    "This device has a passkey for the account already.", "此设备已有该账号的通行密钥。"
};
constexpr Words kNameTaken{"This name is taken.", "该名称已被使用。"};
constexpr Words kNameInvalid{
    "A name has 3 to 32 letters and digits.", "名称须为 3 至 32 个字母或数字。"
};
constexpr Words kLastPasskey{
    "This is the only way to log in to the account.", "这是该账号唯一的登录方式。"
};
constexpr Words kPasskeys{"Your passkeys", "您的通行密钥"};
constexpr Words kLoggedInAs{"Logged in as", "当前账号："};
constexpr Words kNoPasskeys{"There is none yet.", "尚无通行密钥。"};
constexpr Words kAddPasskey{"Add a passkey", "添加通行密钥"};
constexpr Words kMadeOn{"made", "创建于"};
constexpr Words kUsedOn{"used", "上次使用"};
constexpr Words kRename{"Rename", "重命名"};
constexpr Words kRemove{"Delete", "删除"};
constexpr Words kNeedsScript{
    "Passkeys need a browser with JavaScript switched on.", "使用通行密钥需启用 JavaScript。"
};
constexpr Words kBack{"Back to the login", "返回登录"};

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
        LoginProblem::kUnavailable,
        "unavailable",
        {"This did not work. Please try again.", "操作未成功，请重试。"}
    },
    ProblemText{
        LoginProblem::kRegistration,
        "registration",
        {"No account was made: the address may be taken already, or the password is too short.",
         "未能注册：该邮箱可能已被使用，或密码过短。"}
    }
};

class Page {
 public:
  Page(Language language, std::string_view title) : language_(language) {
    html_ = "<!doctype html>\n<html lang=\"";
    html_.append(tag_of(language));
    html_ +=
        "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" "
        "content=\"noindex\">\n<title>";
    codec::append_html_text(html_, title);
    html_.append("</title>\n<link rel=\"stylesheet\" href=\"").append(kStylePath);
    html_ += "\">\n</head>\n<body>\n<main>\n<h1>";
    codec::append_html_text(html_, title);
    html_ += "</h1>\n";
  }

  void paragraph(std::string_view text) {
    html_ += "<p>";
    codec::append_html_text(html_, text);
    html_ += "</p>\n";
  }
  void problem(LoginProblem problem) {
    for (const ProblemText& known : kProblems) {
      if (known.problem != problem) continue;
      html_ += "<p class=\"problem\" role=\"alert\" id=\"problem\">";
      codec::append_html_text(html_, known.words.in(language_));
      html_ += "</p>\n";
    }
  }
  void begin_form(std::string_view action, const LoginPage& page) {
    html_.append("<form method=\"post\" action=\"").append(action).append("\">\n");
    hidden("csrf", page.csrf);
    if (!page.next.empty()) hidden("next", page.next);
  }
  void email(std::string_view value, bool offers_passkeys) {
    label("email", kEmail);
    html_ += "<input id=\"email\" name=\"email\" type=\"email\" required autocomplete=\"";
    html_ += offers_passkeys ? "username webauthn" : "username";
    html_ += "\" autocapitalize=\"none\" spellcheck=\"false\" value=\"";
    codec::append_html_text(html_, value);
    html_ += "\">\n";
  }
  void present_password() {
    label("password", kPassword);
    html_ +=
        "<input id=\"password\" name=\"password\" type=\"password\" required "
        "autocomplete=\"current-password\">\n";
  }
  void new_password() {
    label("password", kPassword);
    html_ +=
        "<input id=\"password\" name=\"password\" type=\"password\" required minlength=\"8\" "
        "autocomplete=\"new-password\" aria-describedby=\"hint\">\n<p class=\"hint\" id=\"hint\">";
    codec::append_html_text(html_, kPasswordHint.in(language_));
    html_ += "</p>\n";
  }
  void end_form(const Words& button) {
    html_ += "<button type=\"submit\">";
    codec::append_html_text(html_, button.in(language_));
    html_ += "</button>\n</form>\n";
  }
  void link(std::string_view text, std::string_view path, std::string_view next, const Words& to) {
    html_ += "<p>";
    codec::append_html_text(html_, text);
    html_.append(text.empty() ? "<a href=\"" : " <a href=\"").append(path);
    if (!next.empty()) html_.append("?next=").append(codec::percent_encode(next));
    html_ += "\">";
    codec::append_html_text(html_, to.in(language_));
    html_ += "</a></p>\n";
  }
  // What the script shows once the browser has passkeys.
  void begin_passkeys() {
    html_ += "<div data-passkey hidden>\n<p class=\"or\">";
    codec::append_html_text(html_, kOr.in(language_));
    html_ += "</p>\n";
  }
  void passkey_name() {
    label("passkey-name", kPasskeyName);
    html_ +=
        "<input id=\"passkey-name\" autocomplete=\"username\" autocapitalize=\"none\" "
        "spellcheck=\"false\" minlength=\"3\" aria-describedby=\"name-hint\">\n<p class=\"hint\" "
        "id=\"name-hint\">";
    codec::append_html_text(html_, kPasskeyNameHint.in(language_));
    html_ += "</p>\n";
  }
  void passkey_button(std::string_view id, const Words& words) {
    html_.append("<button type=\"button\" id=\"").append(id).append("\">");
    codec::append_html_text(html_, words.in(language_));
    html_ += "</button>\n";
  }
  void passkey_problem() {
    html_ += "<p class=\"problem\" role=\"alert\" id=\"passkey-problem\" hidden";
    attribute("data-failed", kPasskeyFailed);
    attribute("data-known", kPasskeyKnown);
    attribute("data-username_taken", kNameTaken);
    attribute("data-username_invalid", kNameInvalid);
    attribute("data-last_credential", kLastPasskey);
    html_ += "></p>\n";
  }
  void end_passkeys(std::string_view routes) {
    html_ += "</div>\n";
    script(routes);
  }
  void passkey_list(std::string_view routes) {
    html_ += "<noscript><p>";
    codec::append_html_text(html_, kNeedsScript.in(language_));
    html_ += "</p></noscript>\n<p id=\"passkey-none\" hidden>";
    codec::append_html_text(html_, kNoPasskeys.in(language_));
    html_ += "</p>\n<ul id=\"passkey-list\"";
    attribute("data-made", kMadeOn);
    attribute("data-used", kUsedOn);
    attribute("data-rename", kRename);
    attribute("data-remove", kRemove);
    html_ += "></ul>\n<div data-passkey hidden>\n";
    passkey_button("passkey-add", kAddPasskey);
    end_passkeys(routes);
  }
  std::string finish() { return std::move(html_) + "</main>\n</body>\n</html>\n"; }

 private:
  void script(std::string_view routes) {
    html_.append("<script src=\"").append(kScriptPath).append("\" data-base=\"");
    codec::append_html_text(html_, routes);
    html_ += "\" defer></script>\n";
  }
  void attribute(std::string_view name, const Words& words) {
    html_.append(" ").append(name).append("=\"");
    codec::append_html_text(html_, words.in(language_));
    html_ += '"';
  }
  void hidden(std::string_view name, std::string_view value) {
    html_.append("<input type=\"hidden\" name=\"").append(name).append("\" value=\"");
    codec::append_html_text(html_, value);
    html_ += "\">\n";
  }
  void label(std::string_view field, const Words& words) {
    html_.append("<label for=\"").append(field).append("\">");
    codec::append_html_text(html_, words.in(language_));
    html_ += "</label>\n";
  }

  Language language_;
  std::string html_;
};

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

std::string login_page(Language language, const LoginPage& given) {
  Page page(language, kLogIn.in(language));
  page.problem(given.problem);
  page.begin_form("/auth/api/login", given);
  page.email(given.email, !given.passkeys.empty());
  page.present_password();
  page.end_form(kLogIn);
  if (!given.passkeys.empty()) {
    page.begin_passkeys();
    page.passkey_problem();
    page.passkey_button("passkey-login", kPasskeyLogin);
    page.end_passkeys(given.passkeys);
  }
  if (given.allow_register) {
    page.link(kNoAccount.in(language), "/auth/register", given.next, kRegister);
  }
  return page.finish();
}

std::string register_page(Language language, const LoginPage& given) {
  Page page(language, kRegister.in(language));
  page.problem(given.problem);
  page.begin_form("/auth/register", given);
  page.email(given.email, false);
  page.new_password();
  page.end_form(kRegister);
  if (!given.passkeys.empty()) {
    page.begin_passkeys();
    page.passkey_problem();
    page.passkey_name();
    page.passkey_button("passkey-register", kPasskeyRegister);
    page.end_passkeys(given.passkeys);
  }
  page.link(kHaveAccount.in(language), "/auth/login", given.next, kLogIn);
  return page.finish();
}

std::string logout_page(Language language, std::string_view csrf) {
  Page page(language, kLogOut.in(language));
  page.paragraph(kLogOutText.in(language));
  page.begin_form("/auth/api/logout", {.csrf = csrf, .next = {}, .email = {}, .passkeys = {}});
  page.end_form(kLogOut);
  return page.finish();
}

std::string passkeys_page(Language language, std::string_view account, std::string_view passkeys) {
  Page page(language, kPasskeys.in(language));
  page.paragraph(std::string(kLoggedInAs.in(language)).append(" ").append(account));
  page.passkey_problem();
  page.passkey_list(passkeys);
  page.link({}, "/auth/api/logout", {}, kLogOut);
  return page.finish();
}

std::string problem_page(Language language, std::string_view title, std::string_view message) {
  Page page(language, title);
  page.paragraph(message);
  page.link({}, "/auth/login", {}, kBack);
  return page.finish();
}

http::Response answer_page(int status, std::string html, Scripts scripts) {
  std::string policy(kPolicy);
  if (scripts == Scripts::kOwn) policy += kScriptPolicy;
  http::Response response = http::Response::text(status, std::move(html));
  response.content_type = "text/html; charset=utf-8";
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Content-Security-Policy", std::move(policy)});
  response.headers.push_back({"Referrer-Policy", "same-origin"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

}  // namespace noded::auth
