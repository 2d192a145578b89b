// Conditions of policies, and tokens' claims that they look at. Input: a condition, a line end,
// claims.
#include "codec/json.hpp"
#include "modules/auth/condition.hpp"
#include "modules/auth/guard.hpp"

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
  noded::auth::ConditionContext context(identity);
  context.entity = "docs";
  context.number = 1;
  if (const auto condition = noded::auth::Condition::compile(source->get_object())) {
    static_cast<void>(condition->holds(context));
  }
  static_cast<void>(noded::auth::substitute(*source, context));
  static_cast<void>(noded::auth::Guard::compile(source->get_object()));
  return 0;
}
