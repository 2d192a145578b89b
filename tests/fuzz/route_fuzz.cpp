// Paths against a table with every kind of segment. What is found has to be well-formed.
#include "codec/text.hpp"
#include "http/router_table.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using namespace noded::http;

const RouterTable& table() {
  static RouterTable routes;
  static const bool is_mounted = [] {
    std::vector<Route> rows;
    for (const char* pattern :
         {"/", "/a", "/a/:x", "/a/:x/c", "/a/b/:y", "/f/*rest", "/f/:x/meta", "/:any/d"}) {
      rows.push_back(
          {.method = Method::kGet,
           .pattern = pattern,
           .permission = {},
           .summary = {},
           .request_schema = {},
           .response_schema = {},
           .handler = {}}
      );
    }
    return routes.mount("fuzz", std::move(rows)).has_value();
  }();
  if (!is_mounted) std::abort();
  return routes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view path(reinterpret_cast<const char*>(data), size);
  std::vector<noded::http::PathParameter> parameters;
  const RouteMatch match = table().find(Method::kGet, path, parameters);
  if (match.route == nullptr || match.is_bad_path) return 0;
  for (const auto& parameter : parameters) {
    if (!noded::codec::is_valid_utf8(parameter.value)) std::abort();
    if (parameter.value.find('\0') != std::string::npos) std::abort();
    if (parameter.name != "rest" && parameter.value.find('/') != std::string::npos) std::abort();
    if (parameter.name != "rest" && parameter.value.empty()) std::abort();
  }
  return 0;
}
