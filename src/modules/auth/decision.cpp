#include "modules/auth/decision.hpp"

#include "codec/json.hpp"

namespace noded::auth {
namespace {

struct Policies {
  std::string held;     // JSON texts, joined
  std::string filters;  // the same
  bool decides = false;
};

void append(std::string& list, const std::string& text) {
  if (!list.empty()) list += ',';
  list += text;
}

Policies policies_of(const Grant* grant, const ConditionContext& context) {
  Policies found;
  if (grant == nullptr) return found;
  for (const Policy& policy : grant->policies) {
    if (!policy.applies(context)) continue;
    const bool is_filter = policy.effect == Policy::Effect::kFilter;
    if (is_filter || !policy.row.empty()) append(found.filters, policy.text);
    if (is_filter || (policy.effect == Policy::Effect::kDeny && !policy.row.empty())) continue;
    if (found.decides && policy.effect == Policy::Effect::kAllow) continue;
    append(found.held, policy.text);
    found.decides = true;
    if (policy.effect == Policy::Effect::kDeny) break;
  }
  return found;
}

std::string_view rule_of(
    const GuardRole* role, const Grant* grant, const Policies& policies, bool is_allowed
) {
  if (role == nullptr) return "no_role";
  if (grant == nullptr) return role->implicit_allow ? "implicit_allow" : "not_granted";
  if (policies.decides) return is_allowed ? "allowed_by_policy" : "denied_by_policy";
  return is_allowed ? "granted" : "denied";
}

std::string text_of(
    bool is_allowed, const GuardRole* role, std::string_view rule, const Policies& policies
) {
  std::string text = is_allowed ? R"({"allowed":true,"role":)" : R"({"allowed":false,"role":)";
  if (role == nullptr) {
    text += "null";
  } else {
    codec::append_json_string(text, role->name);
  }
  text.append(R"(,"rule":")").append(rule);
  text.append(R"(","policies":[)").append(policies.held);
  return text.append(R"(],"filters":[)").append(policies.filters).append("]}");
}

}  // namespace

std::string explain(
    const Guard& guard,
    const Identity& identity,
    std::string_view permission,
    const ConditionContext& context
) {
  const GuardRole* role = guard.role_of(identity);
  if (guard.is_waived_for(identity)) return text_of(true, role, "guard_disabled", {});
  const Grant* grant = role != nullptr ? role->find(permission) : nullptr;
  const bool is_allowed = decide(role, grant, permission, context).has_value();
  const Policies policies = policies_of(grant, context);
  return text_of(is_allowed, role, rule_of(role, grant, policies, is_allowed), policies);
}

}  // namespace noded::auth
