#include "modules/system/secret_paths.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

namespace noded::system {

namespace {

// Moves what `pattern` matches below `from` into the same place below `into`.
void move_matches(json::object& from, std::string_view pattern, json::object& into) {
  const auto dot = pattern.find('.');
  const std::string_view segment = pattern.substr(0, dot);
  const bool is_last = dot == std::string_view::npos;

  std::vector<std::string> names;
  if (segment == "*") {
    for (const auto& member : from)
      names.emplace_back(member.key());
  } else if (from.contains(segment)) {
    names.emplace_back(segment);
  }
  for (const std::string& name : names) {
    if (is_last) {
      into[name] = std::move(from[name]);
      from.stable_erase(name);
      continue;
    }
    auto* inner = from[name].if_object();
    if (inner == nullptr) continue;
    json::object taken;
    if (auto* before = into.if_contains(name)) taken = std::move(before->get_object());
    move_matches(*inner, pattern.substr(dot + 1), taken);
    if (!taken.empty()) into[name] = std::move(taken);
  }
}

// Puts what `taken` has at `pattern` where `into` has its owner but not it: the secret of a
// strategy that is gone goes with it.
void put_back(json::object& into, const json::object& taken, std::string_view pattern) {
  const auto dot = pattern.find('.');
  const std::string_view segment = pattern.substr(0, dot);
  for (const auto& [name, value] : taken) {
    if (segment != "*" && segment != std::string_view(name)) continue;
    json::value* present = into.if_contains(name);
    const bool is_last = dot == std::string_view::npos;
    if (is_last && present == nullptr) into[name] = value;
    if (present == nullptr || !present->is_object() || !value.is_object()) continue;
    if (is_last) {
      put_secrets_back(present->get_object(), value.get_object());
    } else {
      put_back(present->get_object(), value.get_object(), pattern.substr(dot + 1));
    }
  }
}

}  // namespace

json::object take_secrets(json::object& document, std::span<const std::string_view> patterns) {
  json::object taken;
  for (const std::string_view pattern : patterns)
    move_matches(document, pattern, taken);
  return taken;
}

void put_secrets_back(json::object& document, const json::object& secrets) {
  for (const auto& [name, value] : secrets) {
    json::value* present = document.if_contains(name);
    if (present == nullptr) {
      document[name] = value;
    } else if (present->is_object() && value.is_object()) {
      put_secrets_back(present->get_object(), value.get_object());
    }
  }
}

void keep_secrets(
    json::object& given, json::object before, std::span<const std::string_view> patterns
) {
  for (const std::string_view& pattern : patterns)
    put_back(given, take_secrets(before, {&pattern, 1}), pattern);
}

}  // namespace noded::system
