// The JSON Schema of the auth module's configuration, in the structure of bknd's, from which its
// settings pages are built.
#pragma once

#include <string_view>

namespace noded::auth {

std::string_view auth_schema() noexcept;

}  // namespace noded::auth
