// Filter: a condition over one row and rows related to it, compiled from bknd's where grammar or
// from a policy's. As bknd: an or of conjunctions (docs: bknd's HTTP contract, chapter 4.1).
// Immutable; shared between threads.
#pragma once

#include "noded/result.hpp"

#include "codec/regex.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::database {

enum class Operator : std::uint8_t {
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual,
  kIn,
  kNotIn,
  kIsNull,
  kIsNotNull,
  kBetween,
  kLike,      // SQL LIKE, ASCII case-insensitive
  kContains,  // policies' $like without * or %: substring
  kRegex,     // policies only
};

// The operator that a where spells so: "$eq".
std::optional<Operator> where_operator(std::string_view name);

struct Condition {
  const Field* field = nullptr;    // of the entity, or of the other end of `via`
  const Reference* via = nullptr;  // null: a field of the row itself
  Operator op = Operator::kEqual;
  std::vector<Value> operands;  // already of the field's stored type where a conversion exists
  std::shared_ptr<const codec::Regex> regex;
};

using Conjunction = std::vector<Condition>;

enum class Grammar : std::uint8_t { kWhere, kPolicy };

class Filter {
 public:
  // `hide` names fields that may not be asked for: hidden ones unless `allow_hidden`. Errors are
  // bknd's: InvalidSearchParamsException (kUnprocessable) for unknown fields, kInvalid for
  // operators and operands. `with_context` adds bknd's context member to the unknown-field error
  // (reads have it, writes have not).
  static Result<Filter> compile(
      const Entity& entity,
      const json::value& where,
      Grammar grammar,
      bool with_context,
      bool allow_hidden
  );

  bool is_empty() const { return any.empty(); }  // matches every row
  const std::vector<const Reference*>& references() const {
    return used;
  }  // related entities it looks into

  std::vector<Conjunction> any;        // empty: true; otherwise one of them must hold
  std::vector<const Reference*> used;  // distinct
};

}  // namespace noded::database
