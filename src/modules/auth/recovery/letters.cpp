#include "modules/auth/recovery/letters.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace noded::auth {
namespace {

struct LetterText {
  Words subject;
  Words begin;
  Words end;
};

constexpr LetterText kRecovery{
    {"Choose a new password", "设置新密码"},
    {"Somebody asked for a new password of your account at", "有人请求为您的账号设置新密码："},
    {"If it was not you, ignore this message: nothing changes.",
     "如果不是您本人的请求，请忽略此邮件，您的账号不会有任何变化。"}
};
constexpr LetterText kProof{
    {"Confirm your e-mail address", "确认您的邮箱地址"},
    {"This address was given for an account at", "有人使用此邮箱注册了账号："},
    {"If it was not you, ignore this message.", "如果不是您本人的操作，请忽略此邮件。"}
};
constexpr LetterText kLogin{
    {"Your link to log in", "您的登录链接"},
    {"Somebody asked for a link that logs in to your account at", "有人请求登录链接，站点："},
    {"Pass it on to nobody: whoever has it can log in. If it was not you, ignore this message.",
     "请勿转发：持有此链接的人可以登录您的账号。如果不是您本人的请求，请忽略此邮件。"}
};
constexpr LetterText kCode{
    {"Your code", "您的验证码"},
    {"Your code to sign in at", "您登录以下站点的验证码："},
    {"Tell it to nobody. If you did not ask for it, ignore this message.",
     "请勿将验证码告诉任何人。如果不是您本人的操作，请忽略此邮件。"}
};
struct NoticeText {
  Words subject;
  Words begin;
  Words advice;
  std::string_view path;  // that the advice leads to
  Words end;
};

constexpr NoticeText kHasAccount{
    {"You have an account already", "您已有账号"},
    {"Somebody registered with this address, which has an account already, at",
     "有人使用此邮箱注册，但该邮箱已有账号，站点："},
    {"Nothing was changed. If you have forgotten the password, choose a new one:",
     "您的账号没有任何变化。如果忘记了密码，可在此重新设置："},
    "/auth/recover",
    {"If it was not you, ignore this message.", "如果不是您本人的操作，请忽略此邮件。"}
};
constexpr NoticeText kNameTaken{
    {"The name is taken", "该名称已被使用"},
    {"Somebody registered with this address, and a name that is taken, at",
     "有人使用此邮箱注册，但所选名称已被使用，站点："},
    {"No account was made. Choose another name:", "账号未创建，请选择其他名称："},
    "/auth/register",
    {"If it was not you, ignore this message.", "如果不是您本人的操作，请忽略此邮件。"}
};
constexpr NoticeText kNeedsSecondFactor{
    {"A code is not enough for your account", "仅凭验证码无法登录您的账号"},
    {"Somebody asked for a code to log in to your account at", "有人请求登录验证码，站点："},
    {"It asks for a second factor: log in with a passkey, or with your password and that factor:",
     "该账号已启用两步验证，请使用通行密钥，或密码加第二步验证登录："},
    "/auth/login",
    {"If it was not you, ignore this message: nobody was let in.",
     "如果不是您本人的操作，请忽略此邮件，没有人登录您的账号。"}
};
constexpr Words kOpen{"Open this link to go on:", "请打开以下链接继续："};

const LetterText& text_of(Purpose purpose) {
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

const NoticeText& text_of(Notice notice) {
  switch (notice) {
    case Notice::kHasAccount:
      return kHasAccount;
    case Notice::kNameTaken:
      return kNameTaken;
    case Notice::kNeedsSecondFactor:
      break;
  }
  return kNeedsSecondFactor;
}

std::string lifetime_text(Language language, std::chrono::milliseconds lifetime) {
  const std::int64_t minutes = std::chrono::duration_cast<std::chrono::minutes>(lifetime).count();
  if (language == Language::kChinese) return fmt::format("仅可使用一次，{} 分钟内有效。", minutes);
  return fmt::format("It works once, within {} minutes.", minutes);
}

}  // namespace

mail::Message link_letter(
    Language language, Purpose purpose, const LetterFacts& facts, std::string_view link
) {
  const LetterText& text = text_of(purpose);
  return {
      .to = std::string(facts.to),
      .subject = std::string(text.subject.in(language)),
      .text = fmt::format(
          "{}\n{}\n\n{}\n{}\n\n{}\n{}\n",
          text.begin.in(language),
          facts.site,
          kOpen.in(language),
          link,
          lifetime_text(language, facts.lifetime),
          text.end.in(language)
      )
  };
}

mail::Message notice_letter(Language language, Notice notice, const LetterFacts& facts) {
  const NoticeText& text = text_of(notice);
  return {
      .to = std::string(facts.to),
      .subject = std::string(text.subject.in(language)),
      .text = fmt::format(
          "{}\n{}\n\n{}\n{}{}\n\n{}\n",
          text.begin.in(language),
          facts.site,
          text.advice.in(language),
          facts.site,
          text.path,
          text.end.in(language)
      )
  };
}

mail::Message code_letter(Language language, const LetterFacts& facts, std::string_view code) {
  return {
      .to = std::string(facts.to),
      .subject = std::string(kCode.subject.in(language)),
      .text = fmt::format(
          "{}\n{}\n\n{}\n\n{}\n{}\n",
          kCode.begin.in(language),
          facts.site,
          code,
          lifetime_text(language, facts.lifetime),
          kCode.end.in(language)
      )
  };
}

}  // namespace noded::auth
