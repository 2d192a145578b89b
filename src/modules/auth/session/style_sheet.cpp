// The style sheet of html_page.hpp.
#include "modules/auth/session/html_page.hpp"

namespace noded::auth {
namespace {

constexpr std::string_view kStyle = R"(:root {
  color-scheme: light dark;
  --page: #f3f4f6; --card: #ffffff; --ink: #16181d; --quiet: #565d6b; --line: #7b8290;
  --action: #1d4ed8; --on-action: #ffffff; --problem: #a3101f; --problem-page: #fdecee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101216; --card: #1a1d23; --ink: #eceef2; --quiet: #a9b0bd; --line: #767d8b;
    --action: #8fb4ff; --on-action: #0b1220; --problem: #ffb4bc; --problem-page: #3a1a1f;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); color: var(--ink); }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  font: 1rem/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
}
main {
  width: 100%; max-width: 24rem; background: var(--card); padding: 2rem; border-radius: .75rem;
  box-shadow: 0 1px 3px rgb(0 0 0 / .2);
}
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: .75rem 0 0; color: var(--quiet); overflow-wrap: anywhere; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input, button { font: inherit; width: 100%; min-height: 2.75rem; border-radius: .5rem; }
input {
  margin-top: .25rem; padding: .5rem .75rem; color: inherit; background: transparent;
  border: 1px solid var(--line);
}
button {
  margin-top: 1.5rem; padding: .5rem 1rem; border: 0; font-weight: 600; cursor: pointer;
  color: var(--on-action); background: var(--action);
}
form:has([name=page]) button {
  margin-top: .75rem; color: var(--action); background: transparent; border: 1px solid var(--line);
}
button:hover { filter: brightness(1.1); }
a { color: var(--action); }
:focus-visible { outline: 3px solid var(--action); outline-offset: 2px; }
.problem {
  margin: 1rem 0 0; padding: .75rem; border-radius: .5rem; border-left: 4px solid var(--problem);
  color: var(--problem); background: var(--problem-page);
}

button:disabled { opacity: .6; cursor: default; }
ul { list-style: none; margin: 1rem 0 0; padding: 0; }
li { padding: .75rem 0; border-top: 1px solid var(--line); }
li strong, li span { display: block; overflow-wrap: anywhere; }
li span { color: var(--quiet); font-size: .875rem; }
button.small {
  width: auto; min-height: 2.25rem; margin: .5rem .5rem 0 0; padding: .25rem .75rem;
  color: var(--action); background: transparent; border: 1px solid var(--line);
}
[hidden] { display: none; }
.qr { display: block; width: 100%; max-width: 14rem; margin: 1rem auto 0; border-radius: .5rem; }
.codes { columns: 2; font-family: ui-monospace, monospace; }
.codes li { padding: .25rem 0; border: 0; }
.hint { margin: .25rem 0 0; font-size: .875rem; }
@media (forced-colors: active) { button, input, main { border: 1px solid; } }
)";

}  // namespace

std::string_view style_sheet() noexcept {
  return kStyle;
}

}  // namespace noded::auth
