// Where an event stream stands, as its events carry it and clients hand it back: "42.3" is behind
// the fourth change of commit 42, "42" behind all of that commit. Clients take it as it is.
#pragma once

#include "repository/database/feed.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace noded::messages {

// Behind everything before `next`.
std::string cursor_before(database::FeedPlace next);
// Where to go on; empty when it is no cursor.
std::optional<database::FeedPlace> place_behind(std::string_view cursor) noexcept;

}  // namespace noded::messages
