#include "modules/system/query_flags.hpp"

#include "codec/json_schema.hpp"
#include "codec/text.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace noded::system {

namespace {

std::optional<bool> parse_flag(std::string_view text) {
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false") return false;
  return std::nullopt;
}

// The decoded value of the first parameter called `name`; empty when there is none. A value that
// cannot be decoded stands as it came, and is then no flag.
std::string first_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      if (equals == std::string_view::npos) return {};
      const std::string_view raw = pair.substr(equals + 1);
      return codec::percent_decode(raw, true).value_or(std::string(raw));
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return {};
}

std::string refusal(
    std::string_view name, std::string_view given, std::initializer_list<std::string_view> names
) {
  boost::json::object schema{{"type", "object"}, {"properties", boost::json::object()}};
  for (const std::string_view known : names)
    schema["properties"].get_object()[known] = {{"type", "boolean"}};
  const std::string at(name);
  return codec::validation_answer(
      {{"/properties/" + at + "/type", "/" + at, "Expected boolean", boost::json::string(given)}},
      schema
  );
}

}  // namespace

Result<QueryFlags> QueryFlags::parse(
    std::string_view query, std::initializer_list<std::string_view> names
) {
  QueryFlags flags;
  for (const std::string_view name : names) {
    const std::string given = first_value(query, name);
    const auto value = parse_flag(given);
    if (!given.empty() && !value) return fail(Errc::kInvalid, refusal(name, given, names));
    flags.flags_.push_back({name, value});
  }
  return flags;
}

std::optional<bool> QueryFlags::value(std::string_view name) const {
  const auto found = std::ranges::find(flags_, name, &Flag::name);
  return found == flags_.end() ? std::nullopt : found->value;
}

}  // namespace noded::system
