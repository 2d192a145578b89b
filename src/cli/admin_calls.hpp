// Several requests to one node over its admin socket, whether it runs or not.
#pragma once

#include "noded/result.hpp"

#include "cli/loaded.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace noded::cli {

// What is done while a node serves that socket. On a thread of its own.
using AdminWork = std::function<Result<>(const std::filesystem::path& socket)>;

// What the node is run for: kMending starts it also with a stored configuration that cannot be put
// in force, see Node::is_for_mending().
enum class Purpose : std::uint8_t { kWork, kMending };

// Runs the node of that configuration in this process, without any other listener, for `work`
// alone. Errors: why the node could not run, and those of `work`.
Result<> with_offline_node(
    const Loaded& loaded, const AdminWork& work, Purpose purpose = Purpose::kWork
);
// The same, but with the node that runs already, if there is one.
Result<> with_node_running_or_not(
    const Loaded& loaded, const AdminWork& work, Purpose purpose = Purpose::kWork
);

// Why the node could not run, with the commands that mend it where there are some.
Error advised(const Loaded& loaded, Error error);

// POST; the object that a 2xx answers. Errors: those of ask_node; kInvalid or kInternal with what
// the node says, its answer in `members`.
Result<boost::json::object> post_to_node(
    const std::filesystem::path& socket, std::string_view target, std::string_view body
);

}  // namespace noded::cli
