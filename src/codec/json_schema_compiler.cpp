#include "codec/json_formats.hpp"
#include "codec/json_schema_checks.hpp"
#include "codec/json_schema_tree.hpp"
#include "codec/text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace noded::codec {
namespace {

namespace json = boost::json;

// What the value of a keyword must look like.
enum class Shape : std::uint8_t {
  kAny,
  kTypes,  // the name of a type, or a list of names
  kList,
  kNames,  // a list of texts
  kBoolean,
  kNumber,
  kPositive,  // a number above 0
  kCount,     // a whole number from 0
  kPattern,
  kFormat,
  kSchema,
  kSchemaList,
  kSchemaMap,
  kPatternMap,    // patterns → schemas
  kNamesMap,      // names → lists of texts
  kItems,         // a schema, or a list
  kDependencies,  // names → lists of texts or schemas
  kReference,
  kRefused,  // changes what is valid, and is not implemented: better refused than ignored
};

struct Rule {
  std::string_view name;
  Shape shape;
  KeywordCheck check;  // null: another keyword looks at it
};
constexpr Rule kRules[] = {
    {"type", Shape::kTypes, checks::type},
    {"enum", Shape::kList, checks::enumeration},
    {"const", Shape::kAny, checks::constant},
    {"minLength", Shape::kCount, checks::min_length},
    {"maxLength", Shape::kCount, checks::max_length},
    {"pattern", Shape::kPattern, checks::pattern},
    {"format", Shape::kFormat, checks::format},
    {"minimum", Shape::kNumber, checks::minimum},
    {"maximum", Shape::kNumber, checks::maximum},
    {"exclusiveMinimum", Shape::kNumber, checks::exclusive_minimum},
    {"exclusiveMaximum", Shape::kNumber, checks::exclusive_maximum},
    {"multipleOf", Shape::kPositive, checks::multiple_of},
    {"properties", Shape::kSchemaMap, checks::properties},
    {"patternProperties", Shape::kPatternMap, checks::pattern_properties},
    {"additionalProperties", Shape::kSchema, checks::additional_properties},
    {"propertyNames", Shape::kSchema, checks::property_names},
    {"required", Shape::kNames, checks::required},
    {"minProperties", Shape::kCount, checks::min_properties},
    {"maxProperties", Shape::kCount, checks::max_properties},
    {"dependentRequired", Shape::kNamesMap, checks::dependent_required},
    {"dependentSchemas", Shape::kSchemaMap, checks::dependent_schemas},
    {"dependencies", Shape::kDependencies, nullptr},
    {"items", Shape::kItems, nullptr},
    {"prefixItems", Shape::kSchemaList, checks::prefix_items},
    {"additionalItems", Shape::kSchema, checks::additional_items},
    {"minItems", Shape::kCount, checks::min_items},
    {"maxItems", Shape::kCount, checks::max_items},
    {"uniqueItems", Shape::kBoolean, checks::unique_items},
    {"contains", Shape::kSchema, checks::contains},
    {"minContains", Shape::kCount, nullptr},
    {"maxContains", Shape::kCount, nullptr},
    {"anyOf", Shape::kSchemaList, checks::any_of},
    {"oneOf", Shape::kSchemaList, checks::one_of},
    {"allOf", Shape::kSchemaList, checks::all_of},
    {"not", Shape::kSchema, checks::negation},
    {"if", Shape::kSchema, checks::condition},
    {"then", Shape::kSchema, nullptr},
    {"else", Shape::kSchema, nullptr},
    {"$ref", Shape::kReference, checks::reference},
    {"$dynamicRef", Shape::kRefused, nullptr},
    {"$recursiveRef", Shape::kRefused, nullptr},
    {"unevaluatedItems", Shape::kRefused, nullptr},
    {"unevaluatedProperties", Shape::kRefused, nullptr},
};

constexpr std::string_view kTypes[] = {
    "string", "number", "integer", "object", "array", "boolean", "null"
};
constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxNodes = 20'000;

bool is_type(const json::value& name) {
  return name.is_string() &&
         std::ranges::find(kTypes, std::string_view(name.get_string())) != std::end(kTypes);
}

bool are_texts(const json::value& list) {
  return list.is_array() && std::ranges::all_of(list.get_array(), [](const json::value& item) {
           return item.is_string();
         });
}

class Compiler {
 public:
  Compiler(const json::value& source, SchemaTree& tree) : source_(source), tree_(tree) {}

  Result<> compile() {
    const auto root = node_of(source_, "#");
    if (!root) return std::unexpected(root.error());
    tree_.root = *root;
    return {};
  }

 private:
  using Compiled = Result<const SchemaNode*>;

  static std::unexpected<Error> refuse(const std::string& location, std::string_view why) {
    return fail(Errc::kInvalid, "invalid JSON Schema at " + location + ": " + std::string(why));
  }

  // The node of a (sub)schema, made at its first mention: a $ref may lead back to one that is being
  // made.
  Compiled node_of(const json::value& schema, const std::string& location) {
    if (const auto known = known_.find(&schema); known != known_.end()) return known->second;
    if (!schema.is_bool() && !schema.is_object())
      return refuse(location, "a schema is an object or a boolean");
    if (tree_.nodes.size() == kMaxNodes) return refuse(location, "the schema is too large");
    if (depth_ == kMaxDepth) return refuse(location, "the schema is nested too deeply");
    SchemaNode& node = tree_.nodes.emplace_back();
    known_.emplace(&schema, &node);
    if (schema.is_bool()) {
      node.kind = schema.get_bool() ? SchemaNode::Kind::kAlways : SchemaNode::Kind::kNever;
      return &node;
    }
    ++depth_;
    const auto filled = fill(node, schema.get_object(), location);
    --depth_;
    if (!filled) return std::unexpected(filled.error());
    return &node;
  }

  Result<> fill(SchemaNode& node, const json::object& schema, const std::string& location) {
    for (const bool is_first : {true, false}) {  // the type before all others
      for (const auto& [name, value] : schema) {
        if ((name == "type") != is_first) continue;
        const auto* rule = std::ranges::find(kRules, std::string_view(name), &Rule::name);
        if (rule == std::end(kRules)) continue;
        Keyword keyword;
        keyword.name = rule->name;
        keyword.check = rule->check;
        keyword.value = &value;
        keyword.owner = &node;
        const auto read =
            read_value(keyword, rule->shape, location + "/" + std::string(rule->name));
        if (!read) return read;
        node.keywords.push_back(std::move(keyword));
      }
    }
    return {};
  }

  Result<> read_value(Keyword& keyword, Shape shape, const std::string& location) {
    const json::value& value = *keyword.value;
    switch (shape) {
      case Shape::kAny:
        return {};
      case Shape::kTypes:
        return read_types(value, location);
      case Shape::kList:
        return require(value.is_array(), location, "a list is needed");
      case Shape::kNames:
        return require(are_texts(value), location, "a list of texts is needed");
      case Shape::kBoolean:
        return require(value.is_bool(), location, "a boolean is needed");
      case Shape::kNumber:
      case Shape::kPositive:
      case Shape::kCount:
        return read_number(keyword, shape, location);
      case Shape::kPattern:
        return read_pattern(keyword.pattern, value, location);
      case Shape::kFormat:
        if (!value.is_string()) return refuse(location, "a text is needed");
        keyword.format = find_format(value.get_string());
        return {};
      case Shape::kSchema:
        return read_schema(keyword, value, location);
      case Shape::kSchemaList:
        return read_schema_list(keyword, location);
      case Shape::kSchemaMap:
      case Shape::kPatternMap:
        return read_schema_map(keyword, shape == Shape::kPatternMap, location);
      case Shape::kNamesMap:
        return read_names_map(value, location);
      case Shape::kItems:
        keyword.check = value.is_array() ? checks::prefix_items : checks::items;
        return value.is_array() ? read_schema_list(keyword, location)
                                : read_schema(keyword, value, location);
      case Shape::kDependencies:
        return read_dependencies(keyword, location);
      case Shape::kReference:
        return read_reference(keyword, location);
      case Shape::kRefused:
        break;
    }
    return refuse(location, "this keyword is not supported");
  }

  static Result<> require(bool condition, const std::string& location, const char* why) {
    if (!condition) return refuse(location, why);
    return {};
  }

  static Result<> read_types(const json::value& value, const std::string& location) {
    const bool is_known = value.is_array() ? !value.get_array().empty() &&
                                                 std::ranges::all_of(value.get_array(), is_type)
                                           : is_type(value);
    return require(is_known, location, "unknown type");
  }

  static Result<> read_number(Keyword& keyword, Shape shape, const std::string& location) {
    if (!keyword.value->is_number()) return refuse(location, "a number is needed");
    keyword.number = keyword.value->to_number<double>();
    if (shape == Shape::kPositive && keyword.number <= 0)
      return refuse(location, "a number above 0 is needed");
    const bool is_count = keyword.number >= 0 && std::trunc(keyword.number) == keyword.number;
    return require(shape != Shape::kCount || is_count, location, "a whole number from 0 is needed");
  }

  static Result<> read_pattern(
      std::shared_ptr<const Regex>& pattern, const json::value& value, const std::string& location
  ) {
    if (!value.is_string()) return refuse(location, "a text is needed");
    auto compiled = Regex::compile(value.get_string());
    if (!compiled) return refuse(location, compiled.error().message);
    pattern = std::move(*compiled);
    return {};
  }

  Result<> read_schema(Keyword& keyword, const json::value& value, const std::string& location) {
    const auto node = node_of(value, location);
    if (!node) return std::unexpected(node.error());
    keyword.schema = *node;
    return {};
  }

  Result<> read_schema_list(Keyword& keyword, const std::string& location) {
    if (!keyword.value->is_array()) return refuse(location, "a list of schemas is needed");
    for (const json::value& schema : keyword.value->get_array()) {
      const auto node = node_of(schema, location + "/" + std::to_string(keyword.schemas.size()));
      if (!node) return std::unexpected(node.error());
      keyword.schemas.push_back(*node);
    }
    return {};
  }

  Result<> read_schema_map(Keyword& keyword, bool has_patterns, const std::string& location) {
    if (!keyword.value->is_object()) return refuse(location, "an object of schemas is needed");
    for (const auto& [name, schema] : keyword.value->get_object()) {
      const std::string below = location + "/" + std::string(name);
      NamedSchema named{.name = name, .schema = nullptr, .pattern = nullptr};
      if (has_patterns) {
        const auto read = read_pattern(named.pattern, json::string(name), below);
        if (!read) return read;
      }
      const auto node = node_of(schema, below);
      if (!node) return std::unexpected(node.error());
      named.schema = *node;
      keyword.named.push_back(std::move(named));
    }
    if (!has_patterns) std::ranges::sort(keyword.named, {}, &NamedSchema::name);
    return {};
  }

  static Result<> read_names_map(const json::value& value, const std::string& location) {
    const bool is_map =
        value.is_object() && std::ranges::all_of(value.get_object(), [](const auto& member) {
          return are_texts(member.value());
        });
    return require(is_map, location, "an object of lists of texts is needed");
  }

  // Draft 7's form of dependentRequired and dependentSchemas, told apart by the values.
  Result<> read_dependencies(Keyword& keyword, const std::string& location) {
    if (!keyword.value->is_object()) return refuse(location, "an object is needed");
    for (const auto& [name, value] : keyword.value->get_object()) {
      if (are_texts(value)) continue;
      const auto node = node_of(value, location + "/" + std::string(name));
      if (!node) return std::unexpected(node.error());
      keyword.named.push_back({.name = name, .schema = *node, .pattern = nullptr});
    }
    keyword.check = [](Validation& validation,
                       const Keyword& self,
                       const json::value& instance,
                       const Place& place) {
      return checks::dependent_required(validation, self, instance, place) &&
             checks::dependent_schemas(validation, self, instance, place);
    };
    return {};
  }

  Result<> read_reference(Keyword& keyword, const std::string& location) {
    if (!keyword.value->is_string()) return refuse(location, "a text is needed");
    const json::value* target = find_target(keyword.value->get_string());
    if (target == nullptr) return refuse(location, "the reference leads nowhere");
    return read_schema(keyword, *target, location);
  }

  // "#", "#/a/b" or "#anchor", perhaps behind the root's $id.
  const json::value* find_target(std::string_view reference) const {
    const json::value* id = source_.is_object() ? source_.get_object().if_contains("$id") : nullptr;
    const std::size_t hash = reference.find('#');
    const std::string_view document = reference.substr(0, hash);
    if (!document.empty() && (id == nullptr || !id->is_string() || document != id->get_string()))
      return nullptr;
    const auto fragment = percent_decode(
        hash == std::string_view::npos ? std::string_view() : reference.substr(hash + 1), false
    );
    if (!fragment) return nullptr;
    if (!fragment->empty() && fragment->front() != '/') return find_anchor(source_, *fragment, 0);
    boost::system::error_code fault;
    return source_.find_pointer(*fragment, fault);
  }

  static const json::value* find_anchor(
      const json::value& value, std::string_view name, std::size_t depth
  ) {
    if (depth == kMaxDepth) return nullptr;
    if (const json::object* object = value.if_object()) {
      const json::value* anchor = object->if_contains("$anchor");
      if (anchor != nullptr && anchor->is_string() && anchor->get_string() == name) return &value;
      for (const auto& member : *object) {
        if (const auto* found = find_anchor(member.value(), name, depth + 1)) return found;
      }
    } else if (const json::array* array = value.if_array()) {
      for (const json::value& item : *array) {
        if (const auto* found = find_anchor(item, name, depth + 1)) return found;
      }
    }
    return nullptr;
  }

  const json::value& source_;
  SchemaTree& tree_;
  std::unordered_map<const json::value*, const SchemaNode*> known_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<> compile_schema(const json::value& source, SchemaTree& tree) {
  return Compiler(source, tree).compile();
}

}  // namespace noded::codec
