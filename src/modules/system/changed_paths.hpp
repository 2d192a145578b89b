// Where two configurations differ. Pure.
#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace noded::system {

// Dotted paths of what was added, removed or changed, the deepest objects that both have in common
// taken apart; at most `most`. No values: they may be secrets.
std::vector<std::string> changed_paths(
    const boost::json::object& before, const boost::json::object& after, std::size_t most
);

}  // namespace noded::system
