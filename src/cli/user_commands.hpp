// `noded user …`: the users of an application, over the admin socket of a running node or on a
// store that no node uses.
#pragma once

#include "cli/loaded.hpp"

#include <string>

namespace noded::cli {

// Each returns the exit code.
int create_user(
    const Loaded& loaded,
    const std::string& email,
    const std::string& role,
    bool password_from_stdin
);
int list_users(const Loaded& loaded);
int set_user_password(const Loaded& loaded, const std::string& email, bool password_from_stdin);
int set_user_role(const Loaded& loaded, const std::string& email, const std::string& role);
// `act`: what /api/admin/users/:id/ is followed by; `done` says so: "a@b.c is disabled".
int act_on_user(
    const Loaded& loaded, const std::string& email, const std::string& act, const char* done
);
// Prints a one-time link by which the user chooses a new password.
int make_recovery_link(const Loaded& loaded, const std::string& email);

}  // namespace noded::cli
