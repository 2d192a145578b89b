#include "modules/auth/policy_names.hpp"

#include "codec/ascii.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace noded::auth {
namespace {

constexpr std::array<std::string_view, 8> kPlain{
    "entity", "id", "module", "ip", "now", "auth.amr", "auth.age_s", "auth.kind"
};
constexpr std::string_view kUser = "user.";
constexpr std::string_view kResource = "resource.";

bool begins_name(char c) {
  return codec::is_letter(c) || c == '_';
}

bool is_dotted_name(std::string_view text) {
  return !text.empty() && begins_name(text[0]) && std::ranges::all_of(text, [](char c) {
    return begins_name(c) || codec::is_digit(c) || c == '.';
  });
}

// Whether it names something but a field of a row.
bool is_known(std::string_view path, const std::vector<std::string>& claims) {
  if (std::ranges::find(kPlain, path) != kPlain.end()) return true;
  if (!path.starts_with(kUser)) return false;
  const std::string_view claim =
      path.substr(kUser.size(), path.find('.', kUser.size()) - kUser.size());
  return std::ranges::find(claims, claim) != claims.end();
}

std::string allowed_names(std::string_view before, const std::vector<std::string>& claims) {
  std::string allowed;
  for (const std::string_view name : kPlain)
    allowed.append(allowed.empty() ? "" : ", ").append(before).append(name);
  for (const std::string& claim : claims)
    allowed.append(", ").append(before).append(kUser).append(claim);
  return allowed + " (auth.jwt.fields says which of user)";
}

// `text` stands at `place`: "owner.$eq".
Result<> check_variable(
    std::string_view text, std::string_view place, const std::vector<std::string>& claims
) {
  if (text.size() < 2 || text[0] != '@' || !is_dotted_name(text.substr(1))) return {};
  const std::string_view name = text.substr(1);
  if (name == "auth.amr" && !place.ends_with("$in") && !place.ends_with("$notin")) {
    return fail(
        Errc::kInvalid,
        std::string(place) + ": @auth.amr is a list: it can only be the operand of $in and $notin"
    );
  }
  if (is_known(name, claims) || !field_of_resource(name).empty()) return {};
  return fail(
      Errc::kInvalid,
      std::string(place) + ": the variable \"" + std::string(text) +
          "\" names nothing; there are " + allowed_names("@", claims)
  );
}

Result<> check_within(
    const json::value& value, const std::string& place, const std::vector<std::string>& claims
) {
  if (value.is_string()) return check_variable(value.get_string(), place, claims);
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      auto checked = check_within(value.get_array()[i], place + "." + std::to_string(i), claims);
      if (!checked) return checked;
    }
  }
  if (!value.is_object()) return {};
  for (const auto& [key, element] : value.get_object()) {
    const bool is_pattern =
        key == "$like" && element.is_string() && variable_name(element.get_string()).empty();
    if (is_pattern) continue;
    auto checked = check_within(element, place + "." + std::string(key), claims);
    if (!checked) return checked;
  }
  return {};
}

}  // namespace

std::string_view variable_name(std::string_view text) noexcept {
  if (text.size() < 2 || text[0] != '@' || !is_dotted_name(text.substr(1))) return {};
  const std::string_view name = text.substr(1);
  constexpr std::string_view kRoots[] = {
      "user", "entity", "id", "module", "auth", "ip", "now", "resource"
  };
  const bool is_root =
      std::ranges::find(kRoots, name.substr(0, name.find('.'))) != std::end(kRoots);
  return is_root ? name : std::string_view();
}

bool has_variables(const json::value& value) {
  if (value.is_string()) return !variable_name(value.get_string()).empty();
  if (value.is_array()) return std::ranges::any_of(value.get_array(), has_variables);
  if (!value.is_object()) return false;
  return std::ranges::any_of(value.get_object(), [](const auto& member) {
    return has_variables(member.value());
  });
}

std::string_view field_of_resource(std::string_view path) noexcept {
  if (!path.starts_with(kResource)) return {};
  return path.substr(kResource.size());
}

Result<> check_variables(
    const json::object& part, const std::string& place, const std::vector<std::string>& claims
) {
  return check_within(json::value(part), place, claims);
}

Result<> check_paths(
    const json::object& condition, const std::string& place, const std::vector<std::string>& claims
) {
  for (const auto& [path, value] : condition) {
    if (path == "$or" && value.is_object()) {
      auto checked = check_paths(value.get_object(), place + ".$or", claims);
      if (!checked) return checked;
      continue;
    }
    const bool is_of_bknd = path == "user" || path.starts_with('$');  // which Condition looks at
    if (is_of_bknd || is_known(path, claims) || !field_of_resource(path).empty()) continue;
    return fail(
        Errc::kInvalid,
        place + "." + std::string(path) +
            ": names nothing that a condition can look at; there are " + allowed_names("", claims) +
            ", and of data.entity.* resource.<field>"
    );
  }
  return {};
}

}  // namespace noded::auth
