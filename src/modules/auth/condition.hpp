// Condition: when a policy applies, compiled from its configuration (bknd's HTTP contract, chapter
// 8). Operators: $eq $ne $like (contains) $regex $isnull $notnull $in $notin $gt $gte $lt $lte
// $between, and $or at the top; of the path "ip" also $cidr. A text that is wholly a name such as
// "@user.email" is a variable; others that begin with @, such as "@example.com", stand for
// themselves. A member "auth.amr", which has several values, holds if one of them makes it hold;
// with $ne and $notin if all do.
// Immutable; holds() is thread-safe.
#pragma once

#include "noded/result.hpp"

#include "codec/regex.hpp"
#include "modules/auth/condition_context.hpp"
#include "modules/auth/keys/network.hpp"
#include "modules/auth/policy_names.hpp"

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
  // What the members name: things of the request, or fields of rows.
  enum class Of : std::uint8_t { kRequest, kRow };
  // Errors: kInvalid naming the path: unknown operator, operand of the wrong type, bad pattern, $or
  // below the top.
  static Result<Condition> compile(const json::object& source, Of of = Of::kRequest);

  // False when any variable names nothing or null, or "ip", "now" or a path below "auth" does,
  // whatever the operator but $isnull and $notnull. Values compare as ECMAScript's ===; any other
  // path that leads nowhere reads as null, except that $ne and $notin hold for it. Members are and;
  // the entries of $or are or; both together are or.
  bool holds(const ConditionContext& context) const;

  bool is_empty() const { return all_.empty() && any_.empty(); }  // holds always

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
    kWithin,  // $cidr
  };
  struct Term {
    std::string path;
    Operator op = Operator::kEqual;
    json::value operand;
    bool has_variables = false;
    std::shared_ptr<const codec::Regex> regex;
    std::vector<Network> networks;
  };
  static const Operator* find_operator(std::string_view name);
  static bool accepts(Operator op, const json::value& operand);
  static bool satisfies(const Term& term, const Seen& seen, const json::value& operand);
  static bool all_must(Operator op);
  Result<> complete(Term& term, std::string_view op) const;
  Result<> add_member(std::string_view path, const json::value& value, std::vector<Term>& terms);
  Result<> add_term(
      std::string_view path,
      std::string_view op,
      const json::value& operand,
      std::vector<Term>& terms
  );
  static std::optional<bool> evaluate(const Term& term, const ConditionContext& context);

  Of of_ = Of::kRequest;
  std::vector<Term> all_;
  std::vector<Term> any_;
  bool depends_on_request_ = false;
};

// `value` with each variable in it replaced; empty when one names nothing or null.
std::optional<json::value> substitute(const json::value& value, const ConditionContext& context);

}  // namespace noded::auth
