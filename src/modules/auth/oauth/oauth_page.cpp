#include "modules/auth/oauth/oauth_page.hpp"

#include "modules/auth/session/html_page.hpp"

#include <string>

namespace noded::auth {
namespace {

constexpr Words kBefore{"Continue with ", "使用 "};
constexpr Words kBehind{"", " 继续"};
constexpr Words kWhy{
    "You are taken to the other service to sign in.", "正在前往其他服务进行登录。"
};
constexpr Words kNothing{"If nothing happens:", "如果没有自动跳转："};

}  // namespace

std::string continue_with(Language language, std::string_view service) {
  std::string text(kBefore.in(language));
  return text.append(service).append(kBehind.in(language));
}

http::Response lead_to(Language language, std::string_view service, std::string_view url) {
  const std::string title = continue_with(language, service);
  HtmlPage page(language, title);
  page.paragraph(kWhy.in(language));
  page.link(kNothing.in(language), url, title);
  http::Response response = answer_page(200, page.finish());
  response.headers.push_back({"Refresh", "0; url=" + std::string(url)});
  return response;
}

}  // namespace noded::auth
