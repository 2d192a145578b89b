// What an application begins with when its store is empty.
#pragma once

#include "noded/result.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace noded::roles {

// The configuration in `file`, at most 4 MiB of JSON; without a file name one that gives nothing
// away: sign-in and guard on, no registration, an administrator's role and guests who may do no
// more than ask. Reads the disk: for the start. Errors: kInvalid, kNotFound, kTooLarge, each with
// the file's name.
Result<boost::json::object> first_configuration(const std::string& file);

}  // namespace noded::roles
