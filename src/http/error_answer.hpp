// The one table from errors to answers: {"error":message,"type"?:…,…members}. Pure; any thread.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include <exception>
#include <string_view>

namespace noded::http {

int status_of(Errc code) noexcept;

// kInternal and kWouldBlock answer "Internal error" and nothing else: what they hold is for the
// log.
Response answer_error(const Error& error);

// {"error":message} with that status.
Response answer_refusal(int status, std::string_view message);

// For what a handler threw: 503 where memory ran out, which is no defect, else 500. Neither tells
// whether what was asked has been done.
Response answer_exception(const std::exception_ptr& cause);

// For a handler that has its answer without waiting.
Task<Response> answered(Response response);

}  // namespace noded::http
