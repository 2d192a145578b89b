// The known name that someone who mistyped one most likely meant.
#pragma once

#include <span>
#include <string_view>

namespace noded::config {

// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours);
// empty when none is near enough to be worth naming: more than a third of the letters, at least
// two, would have to change.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace noded::config
