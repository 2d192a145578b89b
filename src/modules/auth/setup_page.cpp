#include "modules/auth/setup_page.hpp"

#include "codec/text.hpp"

namespace noded::auth {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>First administrator</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 2rem auto; padding: 0 1rem; }
label { display: block; margin-top: 1rem; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; }
button { margin-top: 1.5rem; }
.problem { border: 2px solid #b00020; padding: .5rem; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } }
</style>
</head>
<body>
<main>
<h1>First administrator</h1>
<p>Nobody administrates this node yet. The code was printed where the node was started.</p>
)";

constexpr std::string_view kFormBegin = R"(<form method="post" action="/auth/setup">
<label for="code">One-time code</label>
<input id="code" name="code" required autocomplete="one-time-code" autocapitalize="none" spellcheck="false">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" required autocomplete="username" value=")";

constexpr std::string_view kFormEnd = R"(">
<label for="password">Password (at least 8 characters)</label>
<input id="password" name="password" type="password" required minlength="8" autocomplete="new-password">
<button type="submit">Make the account</button>
</form>
</main>
</body>
</html>
)";

}  // namespace

std::string setup_page(std::string_view problem, std::string_view email) {
  std::string page(kHead);
  if (!problem.empty()) {
    page += "<p class=\"problem\" role=\"alert\">";
    codec::append_html_text(page, problem);
    page += "</p>\n";
  }
  page += kFormBegin;
  codec::append_html_text(page, email);
  page += kFormEnd;
  return page;
}

}  // namespace noded::auth
