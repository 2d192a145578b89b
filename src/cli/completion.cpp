#include "cli/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace noded::cli {
namespace {

// What a value is, as far as a shell can complete it.
enum class ValueKind { kNone, kFile, kDirectory, kOption, kOther };

ValueKind kind_of(std::string_view value_name) {
  if (value_name.empty()) return ValueKind::kNone;
  if (value_name.contains("FILE")) return ValueKind::kFile;
  if (value_name.contains("DIR")) return ValueKind::kDirectory;
  if (value_name == "KEY=VALUE") return ValueKind::kOption;
  return ValueKind::kOther;
}

// The names of all flags with values of one kind, of any command, once each.
std::vector<std::string> flags_with(std::span<const Command> commands, ValueKind kind) {
  std::set<std::string> names;
  for (const Command& command : commands) {
    for (const CommandFlag& flag : command.flags) {
      if (kind_of(flag.value_name) == kind) names.insert(flag.names.begin(), flag.names.end());
    }
  }
  return {names.begin(), names.end()};
}

bool takes_word(const Command& command, ValueKind kind) {
  return std::ranges::any_of(command.words, [kind](const CommandWord& word) {
    return kind_of(word.name) == kind;
  });
}

std::string last_word(const std::string& path) {
  return path.substr(path.rfind(' ') + 1);  // the whole of a path without a space
}

// 'text', with quotes in it as all three shells take them.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// "name:sentence" for zsh's _describe, where the first bare colon ends the name.
std::string described(std::string_view name, std::string_view sentence) {
  std::string out;
  for (const char c : name)
    out += c == ':' ? std::string("\\:") : std::string(1, c);
  return quoted(fmt::format("{}:{}", out, sentence));
}

std::string option_words(const config::OptionSet& options) {
  return fmt::format("{}=", fmt::join(options.names(), "= "));
}

// Branches that follow the command line down the tree; "at" begins with a
// space.
std::string walk_branches(std::span<const Command> commands, std::string_view indent) {
  std::string out;
  for (const Command& command : commands) {
    if (!command.path.empty())
      out += fmt::format("{0}' {1}') at=' {1}' ;;\n", indent, command.path);
  }
  return out;
}

std::vector<std::string> words_after(const Command& command) {
  std::vector<std::string> words;
  for (const std::string& child : command.children)
    words.push_back(last_word(child));
  for (const CommandWord& word : command.words)
    words.insert(words.end(), word.choices.begin(), word.choices.end());
  return words;
}

std::string fish_flag(
    const std::string& condition, const CommandFlag& flag, const config::OptionSet& options
) {
  std::string line = "complete -c noded -n " + condition;
  for (const std::string& name : flag.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  switch (kind_of(flag.value_name)) {
    case ValueKind::kNone:
      break;
    case ValueKind::kFile:
      line += " -r -F";
      break;
    case ValueKind::kDirectory:
      line += " -x -a '(__fish_complete_directories)'";
      break;
    case ValueKind::kOption:
      line += " -x -a " + quoted(option_words(options));
      break;
    case ValueKind::kOther:
      line += " -x";
  }
  return line + " -d " + quoted(flag.sentence) + "\n";
}

}  // namespace

std::string bash_completion(std::span<const Command> commands, const config::OptionSet& options) {
  std::string cases;
  for (const Command& command : commands) {
    std::vector<std::string> words = words_after(command);
    for (const CommandFlag& flag : command.flags)
      words.insert(words.end(), flag.names.begin(), flag.names.end());
    cases += fmt::format(
        "    {}) words={}",
        quoted(command.path.empty() ? "" : " " + command.path),
        quoted(fmt::format("{}", fmt::join(words, " ")))
    );
    if (takes_word(command, ValueKind::kFile)) cases += " files=-f";
    if (takes_word(command, ValueKind::kDirectory)) cases += " files=-d";
    cases += " ;;\n";
  }
  return fmt::format(
      R"sh(# bash completion for noded, made by `noded completion bash`
_noded() {{
  local at='' words='' files='' i
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
  # bash takes --flag=value apart at the equals sign
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' && COMP_CWORD -ge 2 ]]; then
    prev=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${{COMP_WORDS[i]}}" in
{walk}    esac
  done
  COMPREPLY=()
  case $prev in
    {files}) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null; return ;;
    {directories}) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); compopt -o filenames 2>/dev/null; return ;;
    {options}) mapfile -t COMPREPLY < <(compgen -W '{names}' -- "$cur"); compopt -o nospace 2>/dev/null; return ;;
    {others}) return ;;
  esac
  case $at in
{cases}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"; [[ -z $files || $cur == -* ]] || compgen "$files" -- "$cur")
  [[ -z $files ]] || compopt -o filenames 2>/dev/null
}}
complete -F _noded noded
)sh",
      fmt::arg("walk", walk_branches(commands, "      ")),
      fmt::arg("files", fmt::join(flags_with(commands, ValueKind::kFile), "|")),
      fmt::arg("directories", fmt::join(flags_with(commands, ValueKind::kDirectory), "|")),
      fmt::arg("options", fmt::join(flags_with(commands, ValueKind::kOption), "|")),
      fmt::arg("others", fmt::join(flags_with(commands, ValueKind::kOther), "|")),
      fmt::arg("names", option_words(options)),
      fmt::arg("cases", cases)
  );
}

std::string zsh_completion(std::span<const Command> commands, const config::OptionSet& options) {
  std::string cases;
  for (const Command& command : commands) {
    cases += fmt::format(
        "    {})\n      words_here=(", quoted(command.path.empty() ? "" : " " + command.path)
    );
    for (const Command& child : commands) {
      if (std::ranges::find(command.children, child.path) != command.children.end() &&
          !child.path.empty())
        cases += " " + described(child.name, child.sentence);
    }
    for (const CommandWord& word : command.words) {
      for (const std::string& choice : word.choices)
        cases += " " + described(choice, word.sentence);
    }
    cases += " )\n      flags_here=(";
    for (const CommandFlag& flag : command.flags) {
      for (const std::string& name : flag.names)
        cases += " " + described(name, flag.sentence);
    }
    cases += " )\n";
    if (takes_word(command, ValueKind::kFile)) cases += "      _files\n";
    if (takes_word(command, ValueKind::kDirectory)) cases += "      _files -/\n";
    cases += "      ;;\n";
  }
  return fmt::format(
      R"sh(#compdef noded
# zsh completion for noded, made by `noded completion zsh`
_noded() {{
  local at=''
  local -a words_here flags_here
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    case "$at ${{words[i]}}" in
{walk}    esac
  done
  case ${{words[CURRENT-1]}} in
    {files}) _files; return ;;
    {directories}) _files -/; return ;;
    {options}) compadd -S '' -- {names}; return ;;
    {others}) _message value; return ;;
  esac
  case $at in
{cases}  esac
  (( $#words_here )) && _describe -t commands command words_here
  [[ $PREFIX == -* || $#words_here -eq 0 ]] && _describe -t flags -o flag flags_here
}}
if [[ $funcstack[1] == _noded ]]; then _noded "$@"; else compdef _noded noded; fi
)sh",
      fmt::arg("walk", walk_branches(commands, "      ")),
      fmt::arg("files", fmt::join(flags_with(commands, ValueKind::kFile), "|")),
      fmt::arg("directories", fmt::join(flags_with(commands, ValueKind::kDirectory), "|")),
      fmt::arg("options", fmt::join(flags_with(commands, ValueKind::kOption), "|")),
      fmt::arg("others", fmt::join(flags_with(commands, ValueKind::kOther), "|")),
      fmt::arg("names", option_words(options)),
      fmt::arg("cases", cases)
  );
}

std::string fish_completion(std::span<const Command> commands, const config::OptionSet& options) {
  std::string walk;
  std::string lines;
  for (const Command& command : commands) {
    const std::string place = command.path.empty() ? "" : " " + command.path;
    const std::string condition = quoted(fmt::format("__noded_at \"{}\"", place));
    if (!command.path.empty()) {
      walk += fmt::format("            case ' {0}'\n                set at ' {0}'\n", command.path);
    }
    for (const Command& child : commands) {
      if (!child.path.empty() &&
          std::ranges::find(command.children, child.path) != command.children.end())
        lines += fmt::format(
            "complete -c noded -n {} -a {} -d {}\n", condition, child.name, quoted(child.sentence)
        );
    }
    for (const CommandWord& word : command.words) {
      if (!word.choices.empty())
        lines += fmt::format(
            "complete -c noded -n {} -a '{}' -d {}\n",
            condition,
            fmt::join(word.choices, " "),
            quoted(word.sentence)
        );
    }
    if (takes_word(command, ValueKind::kFile) || takes_word(command, ValueKind::kDirectory))
      lines += fmt::format("complete -c noded -n {} -F\n", condition);
    for (const CommandFlag& flag : command.flags)
      lines += fish_flag(condition, flag, options);
  }
  return fmt::format(
      R"sh(# fish completion for noded, made by `noded completion fish`
function __noded_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
{}        end
    end
    test "$at" = "$argv[1]"
end
complete -c noded -f
{})sh",
      walk,
      lines
  );
}

}  // namespace noded::cli
