// What JsonSchema is inside: a tree of schemas, each a list of keywords with their check, made by
// the compiler and walked by the validator.
#pragma once

#include "codec/json_schema.hpp"
#include "codec/regex.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace noded::codec {

struct SchemaNode;
struct Keyword;
class Validation;
class Place;

// Whether `instance` satisfies the keyword; reports what does not through the validation.
using KeywordCheck =
    bool (*)(Validation&, const Keyword&, const boost::json::value& instance, const Place&);
using FormatCheck = bool (*)(std::string_view text);

struct NamedSchema {
  std::string name;
  const SchemaNode* schema = nullptr;
  std::shared_ptr<const Regex> pattern;  // of patternProperties, from the name
};

// What a keyword needs; which members are set is told by its rule in the compiler's table.
struct Keyword {
  std::string_view name;
  KeywordCheck check = nullptr;
  const boost::json::value* value = nullptr;  // as written, in the source
  const SchemaNode* owner = nullptr;          // whose keyword it is
  double number = 0;
  const SchemaNode* schema = nullptr;
  std::vector<const SchemaNode*> schemas;
  std::vector<NamedSchema> named;
  std::shared_ptr<const Regex> pattern;
  FormatCheck format = nullptr;
};

// One (sub)schema. Immutable after compilation; children may be its ancestors ($ref).
struct SchemaNode {
  enum class Kind : std::uint8_t { kAlways, kNever, kKeywords };
  Kind kind = Kind::kKeywords;
  std::vector<Keyword> keywords;  // "type" first, the others as written

  const Keyword* find(std::string_view name) const {
    for (const Keyword& keyword : keywords) {
      if (keyword.name == name) return &keyword;
    }
    return nullptr;
  }
};

struct SchemaTree {
  std::deque<SchemaNode> nodes;  // addresses stay
  const SchemaNode* root = nullptr;
};

// `source` must outlive the tree. Errors: kInvalid with the location.
Result<> compile_schema(const boost::json::value& source, SchemaTree& tree);
std::vector<SchemaError> validate_tree(const SchemaTree& tree, const boost::json::value& instance);
boost::json::value make_template(const boost::json::value& source);

}  // namespace noded::codec
