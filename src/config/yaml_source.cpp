#include "config/yaml_source.hpp"

#include "config/nearest.hpp"
#include "config/value_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

namespace noded::config {
namespace {

std::string_view shape_text(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (node.IsNull()) return "empty";
  return "a text";
}

// One walk over one file. The depth is bounded by the declared names: only known sections are
// entered.
class YamlWalk {
 public:
  YamlWalk(
      const std::string& file_name,
      Unknown unknown,
      Configuration& configuration,
      Problems& problems
  )
      : file_name_(file_name),
        unknown_(unknown),
        configuration_(configuration),
        problems_(problems) {}

  void read_document(const YAML::Node& root) {
    if (root.IsNull()) return;
    if (!root.IsMap()) {
      report(
          root.Mark(),
          fmt::format("the file is {}; expected a mapping of options", shape_text(root))
      );
      return;
    }
    read_section("", root);
  }

  void report(const YAML::Mark& mark, std::string what) {
    problems_.push_back({place(mark), std::move(what)});
  }

 private:
  std::string place(const YAML::Mark& mark) const {
    if (mark.is_null()) return file_name_;
    return fmt::format("{}:{}:{}", file_name_, mark.line + 1, mark.column + 1);
  }

  void read_section(const std::string& path, const YAML::Node& section) {
    for (const auto& member : section) {
      if (!member.first.IsScalar()) {
        report(member.first.Mark(), "expected the name of an option");
        continue;
      }
      const std::string name =
          path.empty() ? member.first.Scalar() : path + "." + member.first.Scalar();
      read_member(name, member.first.Mark(), member.second);
    }
  }

  void read_member(const std::string& name, const YAML::Mark& mark, const YAML::Node& node) {
    const auto [seen, is_first] = seen_.emplace(name, mark.line + 1);
    if (!is_first) {
      report(mark, fmt::format("{} is given twice; first in line {}", name, seen->second));
      return;
    }
    if (const OptionDeclaration* option = configuration_.options().find(name)) {
      read_option(*option, mark, node);
    } else if (configuration_.options().is_section(name)) {
      if (node.IsMap()) {
        read_section(name, node);
      } else if (!node.IsNull()) {
        report(
            node.Mark(),
            fmt::format("{} is {}; expected a mapping of options", name, shape_text(node))
        );
      }
    } else if (unknown_ == Unknown::kRefuse) {
      report(mark, unknown_text(name));
    }
  }

  std::string unknown_text(const std::string& name) const {
    const auto names = configuration_.options().names(true);
    const std::string_view nearest = nearest_name(name, names);
    if (nearest.empty()) return fmt::format("unknown option {}", name);
    return fmt::format("unknown option {}; did you mean {}?", name, nearest);
  }

  void read_option(
      const OptionDeclaration& option, const YAML::Mark& mark, const YAML::Node& node
  ) {
    std::optional<Result<OptionValue>> value;
    if (option.kind == OptionKind::kTextList && node.IsSequence()) {
      value = parse_list(option, read_elements(option, node));
    } else if (node.IsScalar()) {
      value = parse_value(option, node.Scalar());
    }
    if (!value) {
      const YAML::Mark& where = node.IsNull() ? mark : node.Mark();
      report(
          where,
          fmt::format("{} is {}; expected {}", option.name, shape_text(node), allowed_text(option))
      );
    } else if (!*value) {
      report(node.Mark(), fmt::format("{}: {}", option.name, value->error().message));
    } else {
      configuration_.set(
          option.name, std::move(**value), fmt::format("{}:{}", file_name_, mark.line + 1)
      );
    }
  }

  // Elements that cannot be read are reported here and left out.
  std::vector<std::string> read_elements(const OptionDeclaration& option, const YAML::Node& list) {
    std::vector<std::string> elements;
    for (const YAML::Node& element : list) {
      if (element.IsScalar()) {
        elements.push_back(element.Scalar());
      } else if (const auto text = read_keyed_element(option, element)) {
        elements.push_back(*text);
      } else {
        const std::string keyed = option.element_key.empty()
                                      ? std::string()
                                      : fmt::format(" or {{{}: text}}", option.element_key);
        report(
            element.Mark(),
            fmt::format(
                "an element of {} is {}; expected a text{}", option.name, shape_text(element), keyed
            )
        );
      }
    }
    return elements;
  }

  static std::optional<std::string> read_keyed_element(
      const OptionDeclaration& option, const YAML::Node& element
  ) {
    if (option.element_key.empty() || !element.IsMap() || element.size() != 1) return std::nullopt;
    const auto member = *element.begin();
    const bool has_key = member.first.IsScalar() && member.first.Scalar() == option.element_key;
    if (!has_key || !member.second.IsScalar()) return std::nullopt;
    return member.second.Scalar();
  }

  const std::string& file_name_;
  Unknown unknown_;
  Configuration& configuration_;
  Problems& problems_;
  std::map<std::string, int> seen_;  // full name → line
};

// Looks at nothing but where documents begin.
class DocumentStarts final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { last = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&)
      override {}
  void OnSequenceStart(
      const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value
  ) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value)
      override {}
  void OnMapEnd() override {}

  YAML::Mark last;
};

// Where a second document begins, or what yaml-cpp takes for one: a ',' behind the first. Its own
// LoadAll() would take no end there, since it makes empty documents of one token for ever.
std::optional<YAML::Mark> second_document(std::string_view text) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  DocumentStarts starts;
  if (parser.HandleNextDocument(starts) && parser.HandleNextDocument(starts)) return starts.last;
  return std::nullopt;
}

}  // namespace

void load_yaml(
    std::string_view text,
    const std::string& file_name,
    Unknown unknown,
    Configuration& configuration,
    Problems& problems
) {
  YamlWalk walk(file_name, unknown, configuration, problems);
  try {
    if (const auto mark = second_document(text)) {
      walk.report(*mark, "the file holds more than one YAML document");
    } else {
      walk.read_document(YAML::Load(std::string(text)));
    }
  } catch (const YAML::Exception& exception) {  // yaml-cpp reports syntax errors this way only
    walk.report(exception.mark, fmt::format("no valid YAML: {}", exception.msg));
  }
}

}  // namespace noded::config
