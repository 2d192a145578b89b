#include "config/option_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace noded::config {

Result<> OptionSet::add(OptionTable table) {
  OptionSet joined = *this;
  for (const OptionDeclaration* declaration : table) {
    const std::string_view name = declaration->name;
    bool is_free = !joined.is_section(name);
    for (std::string_view section = section_of(name); !section.empty();
         section = section_of(section)) {
      is_free = is_free && joined.find(section) == nullptr;
    }
    is_free = joined.by_name_.emplace(name, declaration).second && is_free;
    is_free = joined.by_environment_.emplace(environment_name(name), declaration).second && is_free;
    if (!is_free) {
      return fail(
          Errc::kInvalid,
          fmt::format("the option {} is declared twice, or as a section of others", name)
      );
    }
    joined.declarations_.push_back(declaration);
  }
  *this = std::move(joined);
  return {};
}

const OptionDeclaration* OptionSet::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const OptionDeclaration* OptionSet::find_by_environment(std::string_view variable) const {
  const auto found = by_environment_.find(std::string(variable));
  return found == by_environment_.end() ? nullptr : found->second;
}

bool OptionSet::is_section(std::string_view path) const {
  return std::ranges::any_of(declarations_, [path](const OptionDeclaration* declaration) {
    const std::string_view name = declaration->name;
    return name.size() > path.size() && name.starts_with(path) && name[path.size()] == '.';
  });
}

std::vector<const OptionDeclaration*> OptionSet::in_sections() const {
  // Options without a section come first; then the top sections as the tables name them, each with
  // its inner ones behind it.
  std::vector<std::string_view> tops{""};
  const auto top_of = [](const OptionDeclaration* declaration) {
    const std::string_view section = section_of(declaration->name);
    return section.substr(0, section.find('.'));
  };
  for (const OptionDeclaration* declaration : declarations_) {
    const std::string_view top = top_of(declaration);
    if (std::ranges::find(tops, top) == tops.end()) tops.push_back(top);
  }
  std::vector<const OptionDeclaration*> out = declarations_;
  std::ranges::sort(out, {}, [this, &tops, top_of](const OptionDeclaration* declaration) {
    return std::tuple(
        std::ranges::find(tops, top_of(declaration)),
        section_of(declaration->name),
        std::ranges::find(declarations_, declaration)
    );
  });
  return out;
}

std::vector<std::string_view> OptionSet::names(bool with_sections) const {
  std::vector<std::string_view> out;
  for (const OptionDeclaration* declaration : declarations_) {
    const std::string_view name = declaration->name;
    out.push_back(name);
    for (std::size_t dot = name.find('.'); with_sections && dot != std::string_view::npos;
         dot = name.find('.', dot + 1)) {
      const std::string_view section = name.substr(0, dot);
      if (std::ranges::find(out, section) == out.end()) out.push_back(section);
    }
  }
  return out;
}

std::string OptionSet::environment_name(std::string_view name) {
  std::string out = "NODED_";
  for (const char c : name) {
    if (c == '.') {
      out += '_';
    } else {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}

std::string_view OptionSet::section_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

}  // namespace noded::config
