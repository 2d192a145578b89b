// DataModule: the `data` part of an application: its configuration (entities, relations, indices)
// and the routes of /api/data over the record layer. The schema itself is put in force by
// Database::change_schema, which the configuration's owner calls; this module only checks it
// beforehand and mounts the routes.
//
// Knows: HTTP forms of queries, rows and descriptions of entities. Does not know: how rows are
// stored, who may see which (AccessProvider) or who holds a plain permission (Authorizer).
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"
#include "noded/module.hpp"

#include "modules/data/data_options.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"

#include <memory>

namespace noded::data {

class DataController;

// Thread-safe. What is passed in must outlive the module, and the module its mounted routes.
class DataModule final : public Module {
 public:
  // `authorizer` is asked for the plain permissions of a route beyond system.access.api, which the
  // gateway asks for (Route::permission): system.schema.read, data.database.sync, data.raw.query.
  DataModule(
      database::Database& database,
      http::Router& router,
      database::AccessProvider& access,
      Authorizer& authorizer,
      const DataLimits& limits
  );
  ~DataModule() override;

  std::string_view name() const override { return "data"; }
  std::string_view schema() const override;
  // Fills in basepath, default_primary_format, entities, relations and indices, and in each entity
  // its type, its sort and `id` as the first field. Relation fields and dumped relation names are
  // Schema::dump()'s.
  Result<> complete(boost::json::object& application) const override;
  // kInvalid: the base path is not a plain absolute path or belongs to another module, or
  // Schema::build refuses.
  Result<std::unique_ptr<Prepared>> prepare(const boost::json::object& application) override;
  std::vector<std::string_view> secret_paths() const override { return {}; }

 private:
  http::Router& router_;
  std::shared_ptr<const DataController> controller_;
};

}  // namespace noded::data
