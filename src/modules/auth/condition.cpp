#include "modules/auth/condition.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <compare>
#include <iterator>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kMostTerms = 256;  // of one condition
constexpr std::string_view kOperatorNames =
    "$eq, $ne, $like, $regex, $isnull, $notnull, $in, $notin, $gt, $gte, $lt, $lte, $between";

bool is_primitive(const json::value& value) {
  return value.is_string() || value.is_number() || value.is_bool();
}

bool is_ordered(const json::value& value) {
  return value.is_string() || value.is_number();
}

// Numbers with numbers, texts with texts by bytes; else unordered.
std::partial_ordering compare(const Seen& seen, const json::value& operand) {
  const Seen other = see(operand);
  if (seen.kind != other.kind) return std::partial_ordering::unordered;
  if (seen.kind == Seen::Kind::kNumber) return seen.number <=> other.number;
  if (seen.kind == Seen::Kind::kText) return seen.text <=> other.text;
  return std::partial_ordering::unordered;
}

bool begins_name(char c) {
  return codec::is_letter(c) || c == '_';
}

bool equal(const Seen& seen, const json::value& operand) {
  const Seen wanted = see(operand);
  if (seen.kind != wanted.kind) return false;
  switch (seen.kind) {
    case Seen::Kind::kNull:
      return true;
    case Seen::Kind::kBoolean:
      return seen.boolean == wanted.boolean;
    case Seen::Kind::kNumber:
      return seen.number == wanted.number;
    case Seen::Kind::kText:
      return seen.text == wanted.text;
    case Seen::Kind::kMissing:
    case Seen::Kind::kOther:
      break;
  }
  return false;
}

bool is_among(const Seen& seen, const json::value& operand) {
  const json::array& choices = operand.get_array();
  return std::ranges::any_of(choices, [&](const json::value& choice) {
    return equal(seen, choice);
  });
}

bool is_null(const Seen& seen) {
  return seen.kind == Seen::Kind::kMissing || seen.kind == Seen::Kind::kNull;
}

// As ECMAScript decides in a condition.
bool is_truthy(const json::value& value) {
  const Seen seen = see(value);
  switch (seen.kind) {
    case Seen::Kind::kBoolean:
      return seen.boolean;
    case Seen::Kind::kNumber:
      return seen.number != 0;
    case Seen::Kind::kText:
      return !seen.text.empty();
    case Seen::Kind::kOther:
      return true;
    case Seen::Kind::kMissing:
    case Seen::Kind::kNull:
      break;
  }
  return false;
}

}  // namespace

std::string_view variable_name(std::string_view text) noexcept {
  if (text.size() < 2 || text[0] != '@' || !begins_name(text[1])) return {};
  const std::string_view name = text.substr(1);
  constexpr std::string_view kRoots[] = {"user", "entity", "id", "module"};
  if (std::ranges::find(kRoots, name.substr(0, name.find('.'))) == std::end(kRoots)) return {};
  const bool is_name = std::ranges::all_of(name, [](char c) {
    return begins_name(c) || codec::is_digit(c) || c == '.';
  });
  return is_name ? name : std::string_view();
}

bool has_variables(const json::value& value) {
  if (value.is_string()) return !variable_name(value.get_string()).empty();
  if (value.is_array()) return std::ranges::any_of(value.get_array(), has_variables);
  if (!value.is_object()) return false;
  return std::ranges::any_of(value.get_object(), [](const auto& member) {
    return has_variables(member.value());
  });
}

namespace {

// "@" and a dotted name, whatever it names.
bool looks_like_variable(std::string_view text) {
  return text.size() >= 2 && text[0] == '@' && begins_name(text[1]) &&
         std::ranges::all_of(text.substr(1), [](char c) {
           return begins_name(c) || codec::is_digit(c) || c == '.';
         });
}

Result<> check_variable(std::string_view text, const std::vector<std::string>& claims) {
  constexpr std::string_view kUser = "@user.";
  constexpr std::string_view kPlain[] = {"@entity", "@id", "@module"};
  if (!looks_like_variable(text) || std::ranges::find(kPlain, text) != std::end(kPlain)) return {};
  if (text.starts_with(kUser)) {
    const std::string_view path = text.substr(kUser.size());
    const std::string_view claim = path.substr(0, path.find('.'));
    if (std::ranges::find(claims, claim) != claims.end()) return {};
  }
  std::string allowed = "@entity, @id, @module";
  for (const std::string& claim : claims)
    allowed += ", @user." + claim;
  return fail(
      Errc::kInvalid,
      "the variable \"" + std::string(text) + "\" names nothing; there are " + allowed +
          " (auth.jwt.fields says which of @user)"
  );
}

}  // namespace

Result<> check_variables(const json::value& value, const std::vector<std::string>& claims) {
  if (value.is_string()) return check_variable(value.get_string(), claims);
  if (value.is_array()) {
    for (const json::value& element : value.get_array()) {
      if (auto checked = check_variables(element, claims); !checked) return checked;
    }
  }
  if (!value.is_object()) return {};
  for (const auto& [key, element] : value.get_object()) {
    const bool is_pattern =
        key == "$like" && element.is_string() && variable_name(element.get_string()).empty();
    if (is_pattern) continue;
    if (auto checked = check_variables(element, claims); !checked) return checked;
  }
  return {};
}

std::optional<json::value> substitute(const json::value& value, const ConditionContext& context) {
  if (value.is_string()) {
    const std::string_view name = variable_name(value.get_string());
    if (name.empty()) return value;
    const Seen seen = context.find(name);
    if (seen.kind == Seen::Kind::kMissing || seen.kind == Seen::Kind::kNull) return std::nullopt;
    if (seen.value != nullptr) return *seen.value;
    if (seen.kind == Seen::Kind::kText) return json::value(seen.text);
    if (seen.kind == Seen::Kind::kNumber && context.number) return json::value(*context.number);
    return std::nullopt;
  }
  if (value.is_array()) {
    json::array replaced;
    for (const json::value& element : value.get_array()) {
      auto one = substitute(element, context);
      if (!one) return std::nullopt;
      replaced.push_back(std::move(*one));
    }
    return replaced;
  }
  if (!value.is_object()) return value;
  json::object replaced;
  for (const auto& [key, element] : value.get_object()) {
    auto one = substitute(element, context);
    if (!one) return std::nullopt;
    replaced.emplace(key, std::move(*one));
  }
  return replaced;
}

const Condition::Operator* Condition::find_operator(std::string_view name) {
  struct Named {
    std::string_view name;
    Operator op;
  };
  static constexpr Named kTable[] = {
      {"$eq", Operator::kEqual},
      {"$ne", Operator::kNotEqual},
      {"$like", Operator::kContains},
      {"$regex", Operator::kRegex},
      {"$isnull", Operator::kIsNull},
      {"$notnull", Operator::kIsNotNull},
      {"$in", Operator::kIn},
      {"$notin", Operator::kNotIn},
      {"$gt", Operator::kGreater},
      {"$gte", Operator::kGreaterEqual},
      {"$lt", Operator::kLess},
      {"$lte", Operator::kLessEqual},
      {"$between", Operator::kBetween},
  };
  const auto* found = std::ranges::find(kTable, name, &Named::name);
  return found == std::end(kTable) ? nullptr : &found->op;
}

bool Condition::accepts(Operator op, const json::value& operand) {
  switch (op) {
    case Operator::kEqual:
    case Operator::kNotEqual:
    case Operator::kContains:
      return is_primitive(operand);
    case Operator::kRegex:
      return operand.is_string();
    case Operator::kIsNull:
    case Operator::kIsNotNull:
      return true;
    case Operator::kIn:
    case Operator::kNotIn:
      return operand.is_array();
    case Operator::kGreater:
    case Operator::kGreaterEqual:
    case Operator::kLess:
    case Operator::kLessEqual:
      return is_ordered(operand);
    case Operator::kBetween:
      break;
  }
  return operand.is_array() && operand.get_array().size() == 2 &&
         std::ranges::all_of(operand.get_array(), is_ordered);
}

Result<Condition> Condition::compile(const json::object& source) {
  Condition condition;
  for (const auto& [key, value] : source) {
    if (key != "$or") {
      if (auto added = condition.add_member(key, value, condition.all_); !added) {
        return std::unexpected(std::move(added.error()));
      }
      continue;
    }
    if (!value.is_object()) return fail(Errc::kInvalid, "$or must be an object");
    for (const auto& [path, alternative] : value.get_object()) {
      if (path == "$or")
        return fail(Errc::kInvalid, "Operand $or can only appear at the top level.");
      if (auto added = condition.add_member(path, alternative, condition.any_); !added) {
        return std::unexpected(std::move(added.error()));
      }
    }
  }
  return condition;
}

Result<> Condition::add_member(
    std::string_view path, const json::value& value, std::vector<Term>& terms
) {
  if (path.starts_with('$')) {
    return fail(
        Errc::kInvalid, "Invalid key '" + std::string(path) + "'. Keys must not start with '$'."
    );
  }
  if (is_primitive(value)) return add_term(path, "$eq", value, terms);
  if (!value.is_object()) {
    return fail(
        Errc::kInvalid,
        "Invalid value at \"" + std::string(path) + "\", got \"" + codec::to_json_text(value) + "\""
    );
  }
  for (const auto& [op, operand] : value.get_object()) {
    if (auto added = add_term(path, op, operand, terms); !added) return added;
  }
  return {};
}

Result<> Condition::add_term(
    std::string_view path, std::string_view op, const json::value& operand, std::vector<Term>& terms
) {
  const Operator* known = find_operator(op);
  if (known == nullptr) {
    return fail(
        Errc::kInvalid,
        "Invalid key(s) at \"" + std::string(path) + "\": " + std::string(op) +
            ". Expected expression key: " + std::string(kOperatorNames) + "."
    );
  }
  if (all_.size() + any_.size() >= kMostTerms) {
    return fail(
        Errc::kInvalid, "A condition has at most " + std::to_string(kMostTerms) + " terms."
    );
  }
  Term term{
      .path = std::string(path),
      .op = *known,
      .operand = operand,
      .has_variables = has_variables(operand),
      .regex = nullptr
  };
  const bool is_text_pattern = term.op == Operator::kRegex && !term.has_variables;
  if (!term.has_variables || term.op == Operator::kRegex) {
    if (!accepts(term.op, operand) || (term.op == Operator::kRegex && !is_text_pattern)) {
      return fail(
          Errc::kInvalid,
          "Given value at \"" + term.path + "." + std::string(op) + "\" is invalid, got \"" +
              codec::to_json_text(operand) + "\""
      );
    }
  }
  if (is_text_pattern) {
    auto regex = codec::Regex::compile(operand.get_string());
    if (!regex) return std::unexpected(std::move(regex.error()));
    term.regex = std::move(*regex);
  }
  if (term.has_variables || (term.path != "entity" && term.path != "module")) {
    depends_on_request_ = true;
  }
  terms.push_back(std::move(term));
  return {};
}

bool Condition::satisfies(const Term& term, const Seen& seen, const json::value& operand) {
  switch (term.op) {
    case Operator::kEqual:
      return equal(seen, operand);
    case Operator::kNotEqual:
      return !equal(seen, operand);
    case Operator::kContains:
      if (seen.kind != Seen::Kind::kText) return equal(seen, operand);
      return operand.is_string() && seen.text.contains(std::string_view(operand.get_string()));
    case Operator::kRegex:
      return seen.kind == Seen::Kind::kText && term.regex->matches(seen.text);
    case Operator::kIsNull:
      return is_null(seen) == is_truthy(operand);
    case Operator::kIsNotNull:
      return is_null(seen) != is_truthy(operand);
    case Operator::kIn:
      return is_among(seen, operand);
    case Operator::kNotIn:
      return !is_among(seen, operand);
    case Operator::kGreater:
      return compare(seen, operand) > 0;
    case Operator::kGreaterEqual:
      return compare(seen, operand) >= 0;
    case Operator::kLess:
      return compare(seen, operand) < 0;
    case Operator::kLessEqual:
      return compare(seen, operand) <= 0;
    case Operator::kBetween:
      break;
  }
  const json::array& bounds = operand.get_array();
  return compare(seen, bounds[0]) >= 0 && compare(seen, bounds[1]) <= 0;
}

// Empty when a variable names nothing, or what it names cannot be the operand.
std::optional<bool> Condition::evaluate(const Term& term, const ConditionContext& context) {
  const Seen seen = context.find(term.path);
  if (!term.has_variables) return satisfies(term, seen, term.operand);
  const auto operand = substitute(term.operand, context);
  if (!operand || !accepts(term.op, *operand)) return std::nullopt;
  return satisfies(term, seen, *operand);
}

bool Condition::holds(const ConditionContext& context) const {
  bool all = true;
  for (const Term& term : all_) {
    const auto outcome = evaluate(term, context);
    if (!outcome) return false;
    all = all && *outcome;
  }
  if (any_.empty()) return all;
  bool any = false;
  for (const Term& term : any_) {
    const auto outcome = evaluate(term, context);
    if (!outcome) return false;
    any = any || *outcome;
  }
  return any || (all && !all_.empty());
}

}  // namespace noded::auth
