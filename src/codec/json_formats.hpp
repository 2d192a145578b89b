// The text formats that `format` of JSON Schema asserts. Pure.
#pragma once

#include <string_view>

namespace noded::codec {

using FormatPredicate = bool (*)(std::string_view text);

// date, time, date-time, duration, email, hostname, ipv4, ipv6, uri, uri-reference, url, uuid,
// regex, json-pointer and relative-json-pointer; null for any other name, which then asserts
// nothing.
FormatPredicate find_format(std::string_view name);

}  // namespace noded::codec
