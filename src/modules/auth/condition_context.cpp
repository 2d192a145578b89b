#include "modules/auth/condition_context.hpp"

#include "codec/json.hpp"

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

}  // namespace

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

Seen ConditionContext::find(std::string_view path) const {
  if (path == "entity") return text_or_missing(entity);
  if (path == "module") return text_or_missing(module);
  if (path == "id") {
    if (!number) return text_or_missing(id);
    Seen seen;
    seen.kind = Seen::Kind::kNumber;
    seen.number = static_cast<double>(*number);
    return seen;
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
