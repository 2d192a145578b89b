// LinesAdmin: rows as lines of JSON, out of and into a database that may be in use, over the admin
// socket. Anybody but the local operator gets 404. Errors {"error":text}.
//   POST /api/admin/export        {entities:[{name, after?}]}: no entities = all; `after` is a key
//                                 → see ExportSource
//   POST /api/admin/lines/entities {} → {entities:[{name, rows}]}
//   POST /api/admin/lines/begin   {import, restart?}: `import` is the client's name for its input
//                                 → {lines, mark, late}: how far that import has come
//   POST /api/admin/lines/rows    {import, entity, from, mark, on_conflict, rows:[{…}]}: see
//   RowLines;
//                                 rows and the new position `from` + rows are one commit, so that
//                                 each line is taken once, also over a kill of either side.
//                                 409 when the import has come to another position than `from`.
//                                 → {created, replaced, skipped, late}
//   POST /api/admin/lines/connect {entity, rows}: the second look → {connected}
// A row that is refused: 422 {"error":text,"row":position,"field":name}, and nothing of the batch
// is taken. `mark` is the client's own, so that it can tell a changed input.
#pragma once

#include "noded/http.hpp"

#include "modules/transfer/importer.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace noded::transfer {

// Thread-safe; what it is given must outlive it, and it its mounted routes.
class LinesAdmin {
 public:
  LinesAdmin(database::Database& database, database::AccessProvider& access)
      : database_(database), access_(access) {}
  std::vector<http::Route> routes();

 private:
  // What a piece writes is told to `importer`'s access, and stands in the audit chain where it is
  // of an entity that the node itself needs.
  using Piece = Task<
      Result<boost::json::object>> (LinesAdmin::*)(const boost::json::object&, const Importer&);
  http::Route route(std::string_view name, Piece piece);
  Task<http::Response> answer(http::Request& request, Piece piece);
  Task<http::Response> export_rows(http::Request& request);
  Task<Result<boost::json::object>> list(const boost::json::object& body, const Importer& importer);
  Task<Result<boost::json::object>> begin(
      const boost::json::object& body, const Importer& importer
  );
  Task<Result<boost::json::object>> take_rows(
      const boost::json::object& body, const Importer& importer
  );
  Task<Result<boost::json::object>> connect(
      const boost::json::object& body, const Importer& importer
  );

  database::Database& database_;
  database::AccessProvider& access_;
};

}  // namespace noded::transfer
