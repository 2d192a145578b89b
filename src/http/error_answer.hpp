// The one table from errors to answers: {"error":message,"type"?:…,…members}. Pure; any thread.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include <string_view>

namespace noded::http {

int status_of(Errc code) noexcept;

// kInternal and kWouldBlock answer "Internal error" and nothing else: what they hold is for the
// log.
Response answer_error(const Error& error);

// {"error":message} with that status.
Response answer_refusal(int status, std::string_view message);

// For a handler that has its answer without waiting.
Task<Response> answered(Response response);

}  // namespace noded::http
