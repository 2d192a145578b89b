#include "modules/auth/condition.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

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

// What may be missing without being null: nothing is decided about it then.
bool is_of_circumstances(std::string_view path) {
  return path == "ip" || path == "now" || path.starts_with("auth.");
}

// Dates as `now` is written, so that they compare as texts; empty when one is none.
std::optional<json::value> as_times(const json::value& operand) {
  if (operand.is_array()) {
    json::array times;
    for (const json::value& one : operand.get_array()) {
      auto time = as_times(one);
      if (!time) return std::nullopt;
      times.push_back(std::move(*time));
    }
    return times;
  }
  const auto parsed =
      operand.is_string() ? codec::parse_date(operand.get_string()) : std::optional<std::int64_t>();
  if (!parsed) return std::nullopt;
  return json::value(codec::format_iso(*parsed));
}

bool are_numbers(const json::value& operand) {
  if (!operand.is_array()) return operand.is_number();
  return std::ranges::all_of(operand.get_array(), [](const json::value& one) {
    return one.is_number();
  });
}

Result<std::vector<Network>> networks_of(const json::value& operand) {
  const json::array alone{operand};
  std::vector<Network> networks;
  for (const json::value& text : operand.is_array() ? operand.get_array() : alone) {
    if (!text.is_string()) return fail(Errc::kInvalid, "expected networks such as 10.0.0.0/8");
    auto network = Network::parse(text.get_string());
    if (!network) return std::unexpected(std::move(network.error()));
    networks.push_back(std::move(*network));
  }
  return networks;
}

}  // namespace

std::optional<json::value> substitute(const json::value& value, const ConditionContext& context) {
  if (value.is_string()) {
    const std::string_view name = variable_name(value.get_string());
    if (name.empty()) return value;
    const Seen seen = context.find(name);
    if (seen.kind == Seen::Kind::kMissing || seen.kind == Seen::Kind::kNull) return std::nullopt;
    if (seen.value != nullptr) return *seen.value;
    if (seen.kind == Seen::Kind::kText) return json::value(seen.text);
    if (seen.kind != Seen::Kind::kNumber) return std::nullopt;
    if (name == "id") return json::value(*context.number);
    return json::value(static_cast<std::int64_t>(seen.number));
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
      {"$cidr", Operator::kWithin},
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
    case Operator::kWithin:
      return operand.is_string() || operand.is_array();
    case Operator::kBetween:
      break;
  }
  return operand.is_array() && operand.get_array().size() == 2 &&
         std::ranges::all_of(operand.get_array(), is_ordered);
}

Result<Condition> Condition::compile(const json::object& source, Of of) {
  Condition condition;
  condition.of_ = of;
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
  const bool is_of_ip = of_ == Of::kRequest && path == "ip";
  if (known == nullptr || (*known == Operator::kWithin && !is_of_ip)) {
    return fail(
        Errc::kInvalid,
        "Invalid key(s) at \"" + std::string(path) + "\": " + std::string(op) +
            ". Expected expression key: " + std::string(kOperatorNames) +
            (is_of_ip ? ", $cidr." : ".")
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
      .regex = nullptr,
      .networks = {}
  };
  if (auto completed = complete(term, op); !completed) return completed;
  if (term.has_variables || (term.path != "entity" && term.path != "module")) {
    depends_on_request_ = true;
  }
  terms.push_back(std::move(term));
  return {};
}

// Checks the operand as far as it is known, and makes of it what is compared.
Result<> Condition::complete(Term& term, std::string_view op) const {
  const auto invalid = [&](std::string_view expected) {
    std::string text = "Given value at \"" + term.path + "." + std::string(op) +
                       "\" is invalid, got \"" + codec::to_json_text(term.operand) + "\"";
    if (!expected.empty()) text.append(": ").append(expected);
    return fail(Errc::kInvalid, std::move(text));
  };
  const bool is_fixed = term.op == Operator::kRegex || term.op == Operator::kWithin;
  if (term.has_variables && is_fixed) return invalid("no variable can stand there");
  if (term.has_variables) return {};
  if (!accepts(term.op, term.operand)) return invalid({});
  if (term.op == Operator::kRegex) {
    auto regex = codec::Regex::compile(term.operand.get_string());
    if (!regex) return std::unexpected(std::move(regex.error()));
    term.regex = std::move(*regex);
  }
  if (term.op == Operator::kWithin) {
    auto networks = networks_of(term.operand);
    if (!networks) return invalid(networks.error().message);
    term.networks = std::move(*networks);
  }
  const bool is_test = term.op == Operator::kIsNull || term.op == Operator::kIsNotNull;
  const bool is_pattern = term.op == Operator::kRegex || term.op == Operator::kContains;
  if (of_ == Of::kRow || is_test || is_pattern) return {};
  if (term.path == "auth.age_s" && !are_numbers(term.operand)) return invalid("expected seconds");
  if (term.path != "now") return {};
  auto times = as_times(term.operand);
  if (!times) return invalid("expected a date such as 2026-01-31T08:00:00.000Z");
  term.operand = std::move(*times);
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
    case Operator::kWithin:
      return seen.kind == Seen::Kind::kText &&
             std::ranges::any_of(term.networks, [&seen](const Network& network) {
               return network.contains(seen.text);
             });
    case Operator::kBetween:
      break;
  }
  const json::array& bounds = operand.get_array();
  return compare(seen, bounds[0]) >= 0 && compare(seen, bounds[1]) <= 0;
}

bool Condition::all_must(Operator op) {
  return op == Operator::kNotEqual || op == Operator::kNotIn;
}

// Empty when a variable names nothing, or what it names cannot be the operand; and when what is
// looked at is not known of this request.
std::optional<bool> Condition::evaluate(const Term& term, const ConditionContext& context) {
  const Seen seen = context.find(term.path);
  const bool is_test = term.op == Operator::kIsNull || term.op == Operator::kIsNotNull;
  const bool is_unknown = seen.kind == Seen::Kind::kMissing && is_of_circumstances(term.path);
  if (is_unknown && !is_test) return std::nullopt;
  std::optional<json::value> operand;
  if (term.has_variables) {
    operand = substitute(term.operand, context);
    if (operand && term.path == "now") operand = as_times(*operand);
    if (!operand || !accepts(term.op, *operand)) return std::nullopt;
  }
  const json::value& given = operand ? *operand : term.operand;
  const json::array* several =
      term.path == "auth.amr" && seen.value != nullptr ? seen.value->if_array() : nullptr;
  if (several == nullptr || is_test) return satisfies(term, seen, given);
  const auto one_satisfies = [&](const json::value& one) {
    return satisfies(term, see(one), given);
  };
  return all_must(term.op) ? std::ranges::all_of(*several, one_satisfies)
                           : std::ranges::any_of(*several, one_satisfies);
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
