// What commands do with the answer of a node's admin socket: its body, or a line on standard error.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include "cli/exit_code.hpp"
#include "cli/loaded.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace noded::cli {

// Returns `code`.
int print_failure(const Error& error, int code = kFailed);

// The body of a 2xx answer of the node, which is run for it if none runs; what went wrong is
// printed.
std::optional<std::string> ask_or_print(
    const Loaded& loaded, http::Method method, std::string_view target, std::string_view body = {}
);

// The array `name` of an answer; printed when there is none.
std::optional<boost::json::array> list_or_print(const std::string& answer, std::string_view name);

// A member as text for a table; "-" when it is absent or null.
std::string text_member(const boost::json::object& object, std::string_view name);

}  // namespace noded::cli
