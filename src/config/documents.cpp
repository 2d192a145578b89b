#include "config/documents.hpp"

#include "config/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace noded::config {
namespace {

std::string default_text(const OptionDeclaration& option) {
  return value_text(option, default_value(option));
}

std::string_view reload_text(Reload reload) {
  return reload == Reload::kLive ? "at once" : "after a restart";
}

// One line of a YAML mapping: what begins at a depth, indented by two spaces each.
struct YamlLine {
  std::size_t depth = 0;
  std::string text;
  const OptionDeclaration* option = nullptr;  // null: a section begins
};

std::vector<std::string_view> words_of(std::string_view path) {
  std::vector<std::string_view> words;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    words.push_back(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return words;
}

// The options as one YAML mapping, each section opened once; `value` gives what stands behind an
// option's name.
template <class Value>
std::vector<YamlLine> yaml_lines(const OptionSet& options, Value value) {
  std::vector<YamlLine> lines;
  std::vector<std::string_view> open;
  for (const OptionDeclaration* option : options.in_sections()) {
    const auto words = words_of(option->name);
    const std::size_t depth = words.size() - 1;
    const auto inside = std::span(words).first(depth);
    if (!std::ranges::equal(open, inside)) {
      const auto differing = std::ranges::mismatch(open, inside).in2;
      for (auto word = differing; word != inside.end(); ++word) {
        lines.push_back(
            {static_cast<std::size_t>(word - inside.begin()), fmt::format("{}:", *word), nullptr}
        );
      }
      open.assign(inside.begin(), inside.end());
    }
    lines.push_back({depth, fmt::format("{}: {}", words.back(), value(*option)), option});
  }
  return lines;
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string sample_file(const OptionSet& options) {
  std::string out =
      "# noded: every option at its default. Remove a leading \"#\" to change one; delete what you "
      "do not need.\n"
      "# Sizes: 4096, 64KiB, 1MiB, 2GiB. Durations: 250ms, 30s, 5min, 2h, 7d.\n"
      "# `noded check-config FILE` checks a file, `noded config print --effective` shows what is "
      "in force and why.\n\n";
  for (const YamlLine& line : yaml_lines(options, default_text)) {
    const std::string indent(line.depth * 2, ' ');
    if (line.option == nullptr) {
      out += fmt::format("\n{}{}\n", indent, line.text);
      continue;
    }
    out += fmt::format(
        "{0}# {1}\n{0}# ({2})\n{0}#{3}\n",
        indent,
        line.option->sentence,
        short_allowed_text(*line.option),
        line.text
    );
  }
  return out;
}

std::string reference_page(const OptionSet& options) {
  std::string out =
      "# Configuration\n\n"
      "Made by `noded config print --reference` from the declarations in the source; do not "
      "edit.\n\n"
      "Later sources win: default, file (`--config FILE`), environment (`NODED_HTTP_MAX_BODY` for "
      "`http.max_body`;\n"
      "lists with commas), command line (`--set http.max_body=2MiB`). Unknown names are errors, in "
      "each of them.\n"
      "`noded check-config FILE` reports every mistake with its line; `noded config print "
      "--effective` shows each value\n"
      "in force and where it comes from.\n\n"
      "Sizes are written 4096, 64KiB, 1MiB, 2GiB; durations 250ms, 30s, 5min, 2h, 7d; a list of "
      "one as its element.\n";
  std::string_view section = "-";
  for (const OptionDeclaration* option : options.in_sections()) {
    if (OptionSet::section_of(option->name) != section) {
      section = OptionSet::section_of(option->name);
      out += fmt::format("\n## {}\n\n", section.empty() ? "Top level" : section);
      out += "| option | default | allowed | in force | what it does |\n|---|---|---|---|---|\n";
    }
    out += fmt::format(
        "| `{}` | `{}` | {} | {} | {} |\n",
        option->name,
        markdown_cell(default_text(*option)),
        markdown_cell(short_allowed_text(*option)),
        reload_text(option->reload),
        markdown_cell(option->sentence)
    );
  }
  return out;
}

std::string help_lines(const OptionSet& options) {
  std::string out;
  for (const OptionDeclaration* option : options.in_sections()) {
    const std::string value = plain_text(*option, default_value(*option));
    out += fmt::format(
        "  {:<28} {}{}\n",
        option->name,
        option->sentence,
        value.empty() ? "" : fmt::format(" [{}]", value)
    );
  }
  return out;
}

std::string effective_file(const Configuration& configuration) {
  const auto value = [&configuration](const OptionDeclaration& option) {
    return value_text(option, configuration.value(option.name));
  };
  std::string out;
  for (const YamlLine& line : yaml_lines(configuration.options(), value)) {
    const std::string text = std::string(line.depth * 2, ' ') + line.text;
    if (line.option == nullptr) {
      out += text + "\n";
    } else {
      out += fmt::format("{:<44} # {}\n", text, configuration.origin(line.option->name));
    }
  }
  return out;
}

}  // namespace noded::config
