#include "modules/auth/oauth/oauth_page.hpp"

#include "codec/text.hpp"
#include "modules/auth/session/html_page.hpp"

#include <string>

namespace noded::auth {
namespace {

constexpr Words kBefore{"Continue with ", "使用 "};
constexpr Words kBehind{"", " 继续"};
constexpr Words kWhy{
    "You are taken to the other service to sign in.", "正在前往其他服务进行登录。"
};
constexpr Words kSecondStep{"Second step", "两步验证"};
constexpr Words kSecondStepText{"Your account asks for a code besides.", "您的账号还需要验证码。"};
constexpr Words kGoOn{"Go on", "继续"};
constexpr Words kNothing{"If nothing happens:", "如果没有自动跳转："};

struct Leading {
  std::string_view title;
  std::string_view why;
  std::string_view link;
  std::string_view url;
};

http::Response lead(Language language, const Leading& leading) {
  HtmlPage page(language, leading.title);
  page.paragraph(leading.why);
  page.link(kNothing.in(language), leading.url, leading.link);
  http::Response response = answer_page(200, page.finish());
  response.headers.push_back({"Refresh", "0; url=" + std::string(leading.url)});
  return response;
}

}  // namespace

std::string continue_with(Language language, std::string_view service) {
  std::string text(kBefore.in(language));
  return text.append(service).append(kBehind.in(language));
}

http::Response lead_to(Language language, std::string_view service, std::string_view url) {
  const std::string title = continue_with(language, service);
  return lead(language, {.title = title, .why = kWhy.in(language), .link = title, .url = url});
}

http::Response lead_to_code(Language language, std::string_view next) {
  std::string url = "/auth/mfa";
  if (next != "/") url.append("?next=").append(codec::percent_encode(next));
  return lead(
      language,
      {.title = kSecondStep.in(language),
       .why = kSecondStepText.in(language),
       .link = kGoOn.in(language),
       .url = url}
  );
}

}  // namespace noded::auth
