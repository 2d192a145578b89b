// What a node serves, described from its route table: the OpenAPI 3.1 document and a page for
// people. Only routes with a summary are listed. Pure functions.
#pragma once

#include "noded/http.hpp"

#include <memory>
#include <span>
#include <string>

namespace noded::system {

using RouteRows = std::span<const std::shared_ptr<const http::Route>>;

// https://spec.openapis.org/oas/v3.1.0 as JSON text.
std::string openapi_document(RouteRows routes);

// One HTML page that needs nothing from elsewhere and runs no script.
std::string operations_page(RouteRows routes);

}  // namespace noded::system
