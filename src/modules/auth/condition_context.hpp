// ConditionContext: what a policy's condition and its variables see: {entity, id, module,
// user:{claims}} (bknd's HTTP contract, chapter 8). Made per decision; one thread at a time.
#pragma once

#include "noded/identity.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

namespace json = boost::json;

// A value found in the context, without copying it.
struct Seen {
  enum class Kind : std::uint8_t { kMissing, kNull, kBoolean, kNumber, kText, kOther };
  Kind kind = Kind::kMissing;
  bool boolean = false;
  double number = 0;
  std::string_view text;
  const json::value* value = nullptr;  // only what came out of the claims
};

class ConditionContext {
 public:
  // `identity` must outlive it. Its claims are read when first asked for.
  explicit ConditionContext(const Identity& identity) : identity_(identity) {}

  std::string_view entity;             // empty: none
  std::string_view module;             // empty: none
  std::optional<std::int64_t> number;  // the row's id on an entity with integer keys
  std::string id;                      // any other id; empty: none

  // A dotted path: "entity", "user.email". kMissing when it leads nowhere.
  Seen find(std::string_view path) const;

 private:
  const json::object& claims() const;
  const Identity& identity_;
  mutable std::optional<json::object> claims_;
};

Seen see(const json::value& value);

}  // namespace noded::auth
