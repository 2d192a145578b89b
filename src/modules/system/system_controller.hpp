// SystemController: the routes of /api/system and the greeting at /. Each route first asks for
// system.access.api (Route::permission), then for its own permission.
// Thread-safe; what it is given outlives it, and it outlives its mounted routes.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/system/configuration.hpp"
#include "repository/database/database.hpp"

#include <string_view>
#include <vector>

namespace noded::system {

class SystemController {
 public:
  SystemController(
      Configuration& configuration,
      const database::Database& database,
      Authorizer& authorizer,
      const http::Router& router
  );

  std::vector<http::Route> routes();

 private:
  using Answer = Task<http::Response> (SystemController::*)(http::Request&);
  using EditKind = ConfigurationEdit::Kind;

  http::Handler guarded(std::string_view permission, Answer answer);
  http::Handler changing(EditKind kind);

  Task<http::Response> ping(http::Request& request);
  Task<http::Response> info(http::Request& request);
  Task<http::Response> read_configuration(http::Request& request);
  Task<http::Response> read_raw_configuration(http::Request& request);
  Task<http::Response> read_schema(http::Request& request);
  Task<http::Response> list_permissions(http::Request& request);
  Task<http::Response> build(http::Request& request);
  Task<http::Response> openapi(http::Request& request);
  Task<http::Response> page(http::Request& request);
  Task<http::Response> change(http::Request& request, EditKind kind);

  // Empty when there is no such module in the path; the refusal when it names an unknown one.
  std::optional<http::Response> refuse_unknown_module(const http::Request& request) const;
  // The refusal when secrets were asked for and may not be shown.
  std::optional<http::Response> refuse_secrets(const http::Request& request, bool asked) const;

  Configuration& configuration_;
  const database::Database& database_;
  Authorizer& authorizer_;
  const http::Router& router_;
};

}  // namespace noded::system
