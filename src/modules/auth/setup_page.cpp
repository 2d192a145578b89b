#include "modules/auth/setup_page.hpp"

#include "modules/auth/session/html_page.hpp"

namespace noded::auth {
namespace {

constexpr Words kTitle{"First administrator", "首位管理员"};
constexpr Words kWhy{
    "Nobody administrates this node yet. The code was printed where the node was started.",
    "此节点还没有管理员。一次性代码已显示在启动节点的终端上。"
};
constexpr Words kCode{"One-time code", "一次性代码"};
constexpr Words kEmail{"E-mail address", "邮箱地址"};
constexpr Words kPassword{"Password", "密码"};
constexpr Words kPasswordHint{"At least 8 characters", "至少 8 个字符"};
constexpr Words kMake{"Make the account", "创建账号"};

}  // namespace

std::string setup_page(Language language, std::string_view problem, std::string_view email) {
  HtmlPage page(language, kTitle.in(language));
  page.paragraph(kWhy.in(language));
  if (!problem.empty()) page.problem(problem);
  page.begin_form("/auth/setup");
  page.field(
      {.name = "code", .type = "text", .label = kCode.in(language), .autocomplete = "one-time-code"}
  );
  page.field(
      {.name = "email",
       .type = "email",
       .label = kEmail.in(language),
       .autocomplete = "username",
       .value = email}
  );
  page.field(
      {.name = "password",
       .type = "password",
       .label = kPassword.in(language),
       .autocomplete = "new-password",
       .hint = kPasswordHint.in(language),
       .is_new_password = true}
  );
  page.end_form(kMake.in(language));
  return page.finish();
}

}  // namespace noded::auth
