#include "modules/auth/recovery/recovery_pages.hpp"

#include "modules/auth/session/html_page.hpp"

#include <utility>

namespace noded::auth {
namespace {

// The texts of one purpose.
struct Texts {
  Words title;  // of the page that asks for the address
  Words ask;
  Words link_title;  // of the page of a link
  Words act;         // its button
  Words done_title;  // of the page after it; a login leads elsewhere
  Words done;
};

constexpr Texts kRecovery{
    {"Forgot your password?", "忘记密码"},
    {"Enter the e-mail address of your account. A link for a new password is sent to it.",
     "请输入账号的邮箱地址，我们会向其发送设置新密码的链接。"},
    {"Choose a new password", "设置新密码"},
    {"Save the password", "保存密码"},
    {"Your password is changed", "密码已修改"},
    {"All sessions of the account have ended. Log in with the new password.",
     "该账号的所有会话均已结束，请使用新密码登录。"}
};
constexpr Texts kProof{
    {"Confirm your e-mail address", "验证邮箱地址"},
    {"Enter the e-mail address of your account. A link that confirms it is sent to it.",
     "请输入账号的邮箱地址，我们会向其发送验证链接。"},
    {"Confirm your e-mail address", "验证邮箱地址"},
    {"Confirm this address", "确认此地址"},
    {"Your e-mail address is confirmed", "邮箱地址已验证"},
    {"Thank you. You can log in now.", "谢谢，您现在可以登录了。"}
};
constexpr Texts kLogin{
    {"Log in with a link", "使用邮件链接登录"},
    {"Enter the e-mail address of your account. A link that logs you in is sent to it.",
     "请输入账号的邮箱地址，我们会向其发送登录链接。"},
    {"Log in", "登录"},
    {"Log in", "登录"},
    {},
    {}
};
constexpr Words kLogInAs{"You log in as ", "您将登录的账号："};
constexpr Words kEmail{"E-mail address", "邮箱地址"};
constexpr Words kPassword{"New password", "新密码"};
constexpr Words kPasswordHint{"At least 8 characters", "至少 8 个字符"};
constexpr Words kSend{"Send the link", "发送链接"};
constexpr Words kSentTitle{"Look into your mailbox", "请查看您的邮箱"};
constexpr Words kSent{
    "If there is an account with this address, a message with a link is on its way to it. It may "
    "take a few minutes; look into the spam folder too.",
    "如果存在使用该邮箱的账号，一封带有链接的邮件正在发送中。可能需要几分钟，也请查看垃圾邮件文件夹"
    "。"
};
constexpr Words kGoneTitle{"This link does not work", "链接无效"};
constexpr Words kGone{
    "It was used already, is too old, or was copied in part.", "该链接已被使用、已过期或不完整。"
};
constexpr Words kAnother{"Ask for another one", "重新获取链接"};
constexpr Words kLogIn{"Log in", "登录"};
constexpr Words kNoMail{
    "This node sends no e-mail. Its operator can make a link for you.",
    "此节点未配置邮件服务，请联系管理员获取链接。"
};

const Texts& texts_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::kRecover:
      return kRecovery;
    case Purpose::kVerify:
      return kProof;
    case Purpose::kLogin:
      break;
  }
  return kLogin;
}

void link_to_login(HtmlPage& page, Language language) {
  page.link({}, "/auth/login", kLogIn.in(language));
}

}  // namespace

std::string ask_page(
    Language language, Purpose purpose, std::string_view csrf, std::string_view next
) {
  const Texts& texts = texts_of(purpose);
  HtmlPage page(language, texts.title.in(language));
  page.paragraph(texts.ask.in(language));
  page.begin_form(path_of(purpose));
  page.hidden("csrf", csrf);
  if (!next.empty()) page.hidden("next", next);
  page.field(
      {.name = "email", .type = "email", .label = kEmail.in(language), .autocomplete = "username"}
  );
  page.end_form(kSend.in(language));
  link_to_login(page, language);
  return page.finish();
}

std::string sent_page(Language language, Purpose purpose) {
  HtmlPage page(language, kSentTitle.in(language));
  page.paragraph(kSent.in(language));
  page.link({}, path_of(purpose), kAnother.in(language));
  link_to_login(page, language);
  return page.finish();
}

std::string link_page(Language language, Purpose purpose, const LinkPage& given) {
  const Texts& texts = texts_of(purpose);
  HtmlPage page(language, texts.link_title.in(language));
  if (!given.problem.empty()) page.problem(given.problem);
  // Who was sent somebody else's link sees it here.
  if (purpose == Purpose::kLogin)
    page.paragraph(std::string(kLogInAs.in(language)).append(given.address));
  page.begin_form(path_of(purpose));
  page.hidden("csrf", given.csrf);
  page.hidden("token", given.token);
  if (purpose == Purpose::kRecover) {
    page.field(
        {.name = "password",
         .type = "password",
         .label = kPassword.in(language),
         .autocomplete = "new-password",
         .hint = kPasswordHint.in(language),
         .is_new_password = true}
    );
  }
  page.end_form(texts.act.in(language));
  return page.finish();
}

std::string done_page(Language language, Purpose purpose) {
  const Texts& texts = texts_of(purpose);
  HtmlPage page(language, texts.done_title.in(language));
  page.paragraph(texts.done.in(language));
  link_to_login(page, language);
  return page.finish();
}

std::string gone_page(Language language, Purpose purpose, bool can_ask) {
  HtmlPage page(language, kGoneTitle.in(language));
  page.problem(kGone.in(language));
  if (can_ask) page.link({}, path_of(purpose), kAnother.in(language));
  link_to_login(page, language);
  return page.finish();
}

http::Response answer_link_page(int status, std::string html) {
  http::Response response = answer_page(status, std::move(html));
  for (http::ResponseHeader& header : response.headers) {
    if (header.name == "Referrer-Policy") header.value = "no-referrer";
  }
  return response;
}

std::string_view no_mail_text(Language language) {
  return kNoMail.in(language);
}

}  // namespace noded::auth
