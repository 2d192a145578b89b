// The request_id filter's part of the chain: every request gets an id before anything else happens.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"

#include <string>
#include <string_view>

namespace noded::gateway {

// [A-Za-z0-9._-]{1,64}: what is taken over from a client's X-Request-Id.
bool is_request_id(std::string_view text) noexcept;

// A new UUIDv7. Any thread.
std::string make_request_id(WallTime now);

// Sets request.request_id: the client's if it is well-formed, else a new UUIDv7. The random bits
// are not meant to be unguessable. Any thread.
void assign_request_id(http::Request& request, WallTime now);

}  // namespace noded::gateway
