// Conditions of policies, and tokens' claims that they look at. Input: a condition, a line end,
// claims.
#include "codec/json.hpp"
#include "modules/auth/condition.hpp"
#include "modules/auth/guard.hpp"
#include "modules/auth/row_condition.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const auto source = noded::codec::parse_json(text.substr(0, line_end), "condition");
  if (!source || !source->is_object()) return 0;
  noded::Identity identity;
  identity.kind = noded::Identity::Kind::kUser;
  identity.claims = text.substr(std::min(line_end + 1, text.size()));
  identity.amr = {"pwd", "otp"};
  identity.auth_time_s = 1;
  noded::auth::ConditionContext context(identity, {.ip = "192.0.2.1", .now_ms = 60'000});
  context.entity = "docs";
  context.number = 1;
  if (const auto condition = noded::auth::Condition::compile(source->get_object())) {
    static_cast<void>(condition->holds(context));
  }
  static_cast<void>(noded::auth::substitute(*source, context));
  static_cast<void>(noded::auth::split_condition(source->get_object(), "data.entity.read", true));
  static_cast<void>(noded::auth::Guard::compile(source->get_object()));
  return 0;
}
