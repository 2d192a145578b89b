// OptionSet: all declarations that a program knows, joined from the tables of its folders and
// roles.
#pragma once

#include "noded/options.hpp"
#include "noded/result.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace noded::config {

class OptionSet {
 public:
  // Errors: kInvalid when a name, or its environment form, is taken already, or an option would be
  // a section of another's name; nothing of the table is added then.
  Result<> add(OptionTable table);

  const OptionDeclaration* find(std::string_view name) const;
  const OptionDeclaration* find_by_environment(std::string_view variable) const;
  // Whether some option's name begins with `path` and a dot.
  bool is_section(std::string_view path) const;
  // In the order of the tables, the options of one section beside each other.
  std::vector<const OptionDeclaration*> in_sections() const;
  // Every option's name, and every section's when asked.
  std::vector<std::string_view> names(bool with_sections = false) const;

  static std::string environment_name(std::string_view name
  );  // http.max_body → NODED_HTTP_MAX_BODY
  static std::string_view section_of(std::string_view name
  );  // http.max_body → http; empty at the top level

 private:
  std::vector<const OptionDeclaration*> declarations_;
  std::unordered_map<std::string_view, const OptionDeclaration*> by_name_;
  std::unordered_map<std::string, const OptionDeclaration*> by_environment_;
};

}  // namespace noded::config
