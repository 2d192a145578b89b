#include "modules/auth/condition_context.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

Seen text_or_missing(std::string_view text) {
  if (text.empty()) return {};
  Seen seen;
  seen.kind = Seen::Kind::kText;
  seen.text = text;
  return seen;
}

Seen see_number(std::int64_t value) {
  Seen seen;
  seen.kind = Seen::Kind::kNumber;
  seen.number = static_cast<double>(value);
  return seen;
}

std::string_view kind_of(const Identity& identity) {
  if (identity.kind != Identity::Kind::kUser) return {};
  if (!identity.key.empty()) return "key";
  return identity.by_cookie ? "session" : "token";
}

std::string_view without_mapping(std::string_view ip) {
  constexpr std::string_view kMapped = "::ffff:";
  if (ip.starts_with(kMapped) && ip.contains('.')) ip.remove_prefix(kMapped.size());
  return ip;
}

}  // namespace

ConditionContext::ConditionContext(const Identity& identity, const Circumstances& circumstances)
    : ip(without_mapping(circumstances.ip)),
      auth_kind(kind_of(identity)),
      identity_(identity),
      now_ms_(circumstances.now_ms) {
  if (identity.auth_time_s != 0 && now_ms_ != 0)
    auth_age_s = std::max<std::int64_t>(0, (now_ms_ / 1000) - identity.auth_time_s);
}

Seen see(const json::value& value) {
  Seen seen;
  seen.value = &value;
  seen.kind = Seen::Kind::kOther;
  if (value.is_null()) {
    seen.kind = Seen::Kind::kNull;
  } else if (value.is_bool()) {
    seen.kind = Seen::Kind::kBoolean;
    seen.boolean = value.get_bool();
  } else if (value.is_number()) {
    seen.kind = Seen::Kind::kNumber;
    seen.number = value.to_number<double>();
  } else if (value.is_string()) {
    seen.kind = Seen::Kind::kText;
    seen.text = value.get_string();
  }
  return seen;
}

const json::object& ConditionContext::claims() const {
  if (!claims_) {
    claims_.emplace();
    auto parsed = codec::parse_json(identity_.claims, "claims");
    if (parsed && parsed->is_object()) claims_ = std::move(parsed->get_object());
  }
  return *claims_;
}

Seen ConditionContext::find_of_login(std::string_view name) const {
  if (name == "kind") return text_or_missing(auth_kind);
  if (name == "age_s" && auth_age_s) return see_number(*auth_age_s);
  if (name != "amr" || identity_.amr.empty()) return {};
  if (!amr_) amr_ = json::array(identity_.amr.begin(), identity_.amr.end());
  return see(*amr_);
}

Seen ConditionContext::find(std::string_view path) const {
  constexpr std::string_view kLogin = "auth.";
  if (path.starts_with(kLogin)) return find_of_login(path.substr(kLogin.size()));
  if (path == "ip") return text_or_missing(ip);
  if (path == "now") {
    if (now_.empty() && now_ms_ != 0) now_ = codec::format_iso(now_ms_);
    return text_or_missing(now_);
  }
  if (path == "entity") return text_or_missing(entity);
  if (path == "module") return text_or_missing(module);
  if (path == "id") {
    return number ? see_number(*number) : text_or_missing(id);
  }
  constexpr std::string_view kUser = "user";
  if (!path.starts_with(kUser) || identity_.kind != Identity::Kind::kUser) return {};
  path.remove_prefix(kUser.size());
  if (path.empty()) {
    Seen seen;
    seen.kind = Seen::Kind::kOther;
    return seen;
  }
  if (path.front() != '.') return {};
  const json::object* object = &claims();
  while (true) {
    path.remove_prefix(1);
    const std::size_t dot = path.find('.');
    const json::value* member = object->if_contains(path.substr(0, dot));
    if (member == nullptr) return {};
    if (dot == std::string_view::npos) return see(*member);
    if (!member->is_object()) return {};
    object = &member->get_object();
    path.remove_prefix(dot);
  }
}

}  // namespace noded::auth
