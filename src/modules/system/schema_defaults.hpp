// Fills a configuration with the defaults that its JSON schema declares, before it is checked
// against that schema. Pure.
#pragma once

#include <boost/json/value.hpp>

namespace noded::system {

// Adds to objects in `instance` the properties that have a `default`, and required objects made of
// defaults alone; follows `properties` and, for members beside them, `additionalProperties`.
// Alternatives (`anyOf`) are left alone: which one is meant is not known yet.
void fill_defaults(const boost::json::value& schema, boost::json::value& instance);

}  // namespace noded::system
