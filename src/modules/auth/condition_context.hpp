// ConditionContext: what a policy's condition and its variables see: {entity, id, module,
// user:{claims}} (bknd's HTTP contract, chapter 8) and beside those {auth:{kind, amr, age_s}, ip,
// now}. Made per decision; one thread at a time.
//   auth.kind   "session" (a cookie), "token" or "key"; missing for who is anonymous
//   auth.amr    how the account was verified, RFC 8176: an array; missing without a session
//   auth.age_s  seconds since then; missing likewise
//   ip          the client's address as text; IPv4 mapped into IPv6 is IPv4
//   now         2026-01-31T08:00:00.000Z
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
  const json::value* value = nullptr;  // only what came out of the claims, and auth.amr
};

// What is known of a request beside who sends it.
struct Circumstances {
  std::string_view ip;      // Request::peer; empty: not known
  std::int64_t now_ms = 0;  // since 1970; 0: not known
};

class ConditionContext {
 public:
  // `identity`, and the text of `circumstances`, must outlive it. Claims are read when first asked
  // for.
  explicit ConditionContext(const Identity& identity, const Circumstances& circumstances = {});

  std::string_view entity;             // empty: none
  std::string_view module;             // empty: none
  std::optional<std::int64_t> number;  // the row's id on an entity with integer keys
  std::string id;                      // any other id; empty: none
  std::string_view ip;
  std::string_view auth_kind;
  std::optional<std::int64_t> auth_age_s;

  // A dotted path: "entity", "user.email". kMissing when it leads nowhere.
  Seen find(std::string_view path) const;

 private:
  const json::object& claims() const;
  Seen find_of_login(std::string_view name) const;
  const Identity& identity_;
  std::int64_t now_ms_;
  mutable std::optional<json::object> claims_;
  mutable std::optional<json::value> amr_;
  mutable std::string now_;
};

Seen see(const json::value& value);

}  // namespace noded::auth
