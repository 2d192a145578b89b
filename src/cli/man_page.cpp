#include "cli/man_page.hpp"

#include "config/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace noded::cli {
namespace {

// Text of roff: no character is a request or an escape, and a hyphen stays one that can be copied.
std::string escaped(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    at_start = c == '\n';
  }
  return out;
}

std::string sentence_case(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  if (!out.empty() && !out.ends_with('.')) out += '.';
  return out;
}

std::string flag_entry(const CommandFlag& flag) {
  std::string names;
  for (const std::string& name : flag.names) {
    if (!names.empty()) names += ", ";
    names += "\\fB" + escaped(name) + "\\fR";
  }
  if (!flag.value_name.empty()) names += " \\fI" + escaped(flag.value_name) + "\\fR";
  return fmt::format(".TP\n{}\n{}\n", names, escaped(sentence_case(flag.sentence)));
}

std::string synopsis_of(const Command& command) {
  std::string out = fmt::format("\\fBnoded{}\\fR", command.path.empty() ? "" : " " + command.path);
  for (const CommandWord& word : command.words)
    out += " \\fI" + escaped(word.name) + "\\fR";
  return out + " [\\fIflag\\fR...]";
}

bool can_run(const Command& command) {
  return command.children.empty() || command.path.empty();
}

std::string command_entry(const Command& command) {
  std::string out = fmt::format(".SS {}\n", synopsis_of(command));
  // The program's own sentence is in the description already.
  if (!command.path.empty()) out += escaped(sentence_case(command.sentence)) + "\n";
  for (const CommandWord& word : command.words) {
    out += fmt::format(
        ".TP\n\\fI{}\\fR\n{}\n", escaped(word.name), escaped(sentence_case(word.sentence))
    );
  }
  for (const CommandFlag& flag : command.flags)
    out += flag_entry(flag);
  return out;
}

std::string option_entry(const OptionDeclaration& option) {
  const std::string value = config::plain_text(option, config::default_value(option));
  return fmt::format(
      ".TP\n\\fB{}\\fR\n{}\nAllowed: {}. Default: {}. In force {}.\n",
      escaped(option.name),
      escaped(sentence_case(option.sentence)),
      escaped(config::short_allowed_text(option)),
      value.empty() ? "none" : escaped(value),
      option.reload == Reload::kLive ? "at once after a reload" : "after a restart"
  );
}

constexpr std::string_view kFiles = R"(.SH ENVIRONMENT
.TP
\fBNODED_CONFIG\fR
The configuration file when \fB\-\-config\fR is not given. With a dash before the path the file may be missing.
.TP
\fBNODED_\fIOPTION\fR
Any option: \fBhttp.max_body\fR is \fBNODED_HTTP_MAX_BODY\fR. Unknown names are errors.
.TP
\fBNOTIFY_SOCKET\fR, \fBWATCHDOG_USEC\fR, \fBLISTEN_FDS\fR
As \fBsd_notify\fR(3) and \fBsd_listen_fds\fR(3) describe them.
.SH FILES
.TP
\fI/etc/noded/noded.yaml\fR
The configuration of the service \fBnoded.service\fR.
.TP
\fI/var/lib/noded\fR
Its state.
.SH SIGNALS
.TP
\fBSIGTERM\fR, \fBSIGINT\fR
Answer what is in flight and stop; a second one ends the process at once.
.TP
\fBSIGHUP\fR
Read the configuration again, whole or not at all, as \fBnoded reload\fR does.
)";

}  // namespace

std::string man_page(
    std::span<const Command> commands,
    const config::OptionSet& options,
    std::string_view examples,
    std::string_view version
) {
  std::string out = fmt::format(
      ".\\\" Made by `noded man`; do not edit.\n"
      ".TH NODED 1 \"\" \"noded {}\" \"User Commands\"\n"
      ".SH NAME\nnoded \\- one small node: application backend, of the role that you give it\n"
      ".SH SYNOPSIS\n.nf\n",
      escaped(version)
  );
  for (const Command& command : commands) {
    if (can_run(command)) out += synopsis_of(command) + "\n";
  }
  out += ".fi\n.SH DESCRIPTION\n" + escaped(commands.front().sentence) + "\n.SH COMMANDS\n";
  for (const Command& command : commands) {
    if (can_run(command)) out += command_entry(command);
  }
  out += ".SH OPTIONS\nFor the configuration file, the environment and \\fB\\-\\-set\\fR. ";
  out += "Sizes are written 4096, 64KiB, 1MiB, 2GiB; durations 250ms, 30s, 5min, 2h, 7d.\n";
  for (const OptionDeclaration* option : options.in_sections())
    out += option_entry(*option);
  out += kFiles;
  out += fmt::format(".SH EXAMPLES\n.nf\n{}\n.fi\n", escaped(examples));
  return out;
}

}  // namespace noded::cli
