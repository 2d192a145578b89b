#include "modules/data/data_module.hpp"

#include "noded/task.hpp"

#include "codec/ascii.hpp"
#include "modules/data/data_controller.hpp"
#include "modules/data/data_schema.hpp"
#include "repository/database/schema.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace noded::data {
namespace {

namespace json = boost::json;

// "/api/data": segments of letters, digits, '-', '_', '.' and '~', so that it reads the same as a
// pattern and as a path.
bool is_base_path(std::string_view path) {
  const auto is_plain = [](char c) {
    return codec::is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~';
  };
  if (!path.starts_with('/') || path.ends_with('/') || path.find("//") != std::string_view::npos) {
    return false;
  }
  return std::ranges::all_of(path, [&](char c) { return c == '/' || is_plain(c); });
}

std::string_view base_path_of(const json::object& application, std::string_view module) {
  const json::value* part = application.if_contains(module);
  const json::object* config = part != nullptr ? part->if_object() : nullptr;
  const json::value* path = config != nullptr ? config->if_contains("basepath") : nullptr;
  return path != nullptr && path->is_string() ? std::string_view(path->as_string())
                                              : std::string_view();
}

Result<> check_base_path(const json::object& application, std::string_view path) {
  if (!is_base_path(path)) {
    return fail(Errc::kInvalid, "data.basepath is no plain absolute path: " + std::string(path));
  }
  for (const std::string_view other : {"auth", "media", "flows"}) {
    if (base_path_of(application, other) != path) continue;
    return fail(
        Errc::kInvalid,
        "data.basepath is also that of " + std::string(other) + ": " + std::string(path)
    );
  }
  if (path == "/api/system") return fail(Errc::kInvalid, "data.basepath is that of the system");
  return {};
}

class PreparedRoutes final : public Module::Prepared {
 public:
  PreparedRoutes(http::Router& router, std::vector<http::Route> routes)
      : router_(router), routes_(std::move(routes)) {}

  // The base path was checked, so a clash here is a defect of the tables; the routes mounted before
  // stay.
  void publish() noexcept override {
    const auto mounted = router_.mount("data", std::move(routes_));
    if (!mounted) {
      report_defect(
          "data routes", std::make_exception_ptr(std::runtime_error(mounted.error().message))
      );
    }
  }

 private:
  http::Router& router_;
  std::vector<http::Route> routes_;
};

}  // namespace

DataModule::DataModule(
    database::Database& database,
    http::Router& router,
    database::AccessProvider& access,
    Authorizer& authorizer,
    const DataLimits& limits
)
    : router_(router),
      controller_(std::make_shared<const DataController>(database, access, authorizer, limits)) {}

DataModule::~DataModule() = default;

std::string_view DataModule::schema() const {
  return data_schema_text();
}

Result<> DataModule::complete(json::object& application) const {
  json::value& part = application["data"];
  if (part.is_null()) part = json::object();
  auto* data = part.if_object();
  if (data == nullptr) return fail(Errc::kInvalid, "data must be an object");
  complete_data(*data);
  return {};
}

Result<std::unique_ptr<Module::Prepared>> DataModule::prepare(const json::object& application) {
  const json::value* part = application.if_contains("data");
  const json::object* data = part != nullptr ? part->if_object() : nullptr;
  if (data == nullptr) return fail(Errc::kInvalid, "data must be an object");
  const std::string base(base_path_of(application, "data"));
  auto checked = check_base_path(application, base);
  if (!checked) return std::unexpected(std::move(checked.error()));
  database::Catalog scratch;
  auto schema = database::Schema::build(*data, scratch, true);
  if (!schema) return std::unexpected(std::move(schema.error()));
  return std::make_unique<PreparedRoutes>(router_, controller_->routes(base));
}

}  // namespace noded::data
