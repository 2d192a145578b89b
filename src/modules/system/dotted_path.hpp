// Dotted paths into JSON documents: "entities.posts.fields.title". A segment names a member of an
// object, or, in decimal, an element of an array. Pure functions.
#pragma once

#include "noded/result.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace noded::system {

namespace json = boost::json;

using DottedPath = std::vector<std::string>;

inline constexpr std::size_t kMaxPathDepth = 32;

// Errors: kInvalid for an empty path, an empty segment and more than kMaxPathDepth segments.
Result<DottedPath> parse_dotted_path(std::string_view text);

// What lies at the first `depth` segments of `path`; null when there is nothing.
const json::value* find_at(const json::object& document, const DottedPath& path, std::size_t depth);
json::value* find_at(json::object& document, const DottedPath& path, std::size_t depth);

// Puts `value` there. Missing objects on the way are made; what is neither object nor array is
// replaced by one. Errors: kInvalid for a segment that is no index of the array it meets.
Result<> put_at(json::object& document, const DottedPath& path, json::value value);

// Takes out what lies there, the order of the others unchanged. False when there is nothing.
bool remove_at(json::object& document, const DottedPath& path);

}  // namespace noded::system
