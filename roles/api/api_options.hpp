// Options of the role api: its own and those of the modules that it is made of.
#pragma once

#include "noded/options.hpp"

#include <string>

namespace noded::roles {

inline constexpr Option<std::string> kAppFile{
    "app.file",
    "JSON file {server, data, auth, media, flows} that an empty store begins with; later changes go"
    " through noded schema apply or /api/system/config",
    ""
};

OptionTable api_options();

}  // namespace noded::roles
