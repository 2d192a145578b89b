// Condition: when a policy applies, compiled from its configuration (bknd's HTTP contract, chapter
// 8). Operators: $eq $ne $like (contains) $regex $isnull $notnull $in $notin $gt $gte $lt $lte
// $between, and $or at the top. A text that is wholly a name such as "@user.email" is a variable;
// others that begin with @, such as "@example.com", stand for themselves.
// Immutable; holds() is thread-safe.
#pragma once

#include "noded/result.hpp"

#include "codec/regex.hpp"
#include "modules/auth/condition_context.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

class Condition {
 public:
  // Errors: kInvalid naming the path: unknown operator, operand of the wrong type, bad pattern, $or
  // below the top.
  static Result<Condition> compile(const json::object& source);

  // False when any variable names nothing or null. Values compare as ECMAScript's ===; a path that
  // leads nowhere reads as null, except that $ne and $notin hold for it. Members are and; the
  // entries of $or are or; both together are or.
  bool holds(const ConditionContext& context) const;

  // Whether it looks at more than the entity and module: then its outcome differs between requests
  // of one role.
  bool depends_on_request() const { return depends_on_request_; }

 private:
  enum class Operator : std::uint8_t {
    kEqual,
    kNotEqual,
    kContains,
    kRegex,
    kIsNull,
    kIsNotNull,
    kIn,
    kNotIn,
    kGreater,
    kGreaterEqual,
    kLess,
    kLessEqual,
    kBetween,
  };
  struct Term {
    std::string path;
    Operator op = Operator::kEqual;
    json::value operand;
    bool has_variables = false;
    std::shared_ptr<const codec::Regex> regex;
  };
  static const Operator* find_operator(std::string_view name);
  static bool accepts(Operator op, const json::value& operand);
  static bool satisfies(const Term& term, const Seen& seen, const json::value& operand);
  Result<> add_member(std::string_view path, const json::value& value, std::vector<Term>& terms);
  Result<> add_term(
      std::string_view path,
      std::string_view op,
      const json::value& operand,
      std::vector<Term>& terms
  );
  static std::optional<bool> evaluate(const Term& term, const ConditionContext& context);

  std::vector<Term> all_;
  std::vector<Term> any_;
  bool depends_on_request_ = false;
};

// "user.email" of "@user.email"; empty when the text is no variable: not an @ and a dotted name
// that begins with a member of the context.
std::string_view variable_name(std::string_view text) noexcept;
bool has_variables(const json::value& value);
// kInvalid naming the first variable in it that names nothing, and what is allowed: "@entity",
// "@id",
// "@module" and "@user.<claim>" with one of `claims`. The operand of $like may be any text.
Result<> check_variables(const json::value& value, const std::vector<std::string>& claims);
// `value` with each variable in it replaced; empty when one names nothing or null.
std::optional<json::value> substitute(const json::value& value, const ConditionContext& context);

}  // namespace noded::auth
