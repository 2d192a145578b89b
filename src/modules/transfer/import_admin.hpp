// ImportAdmin: rows of another database into this one, over the admin socket. Anybody but the local
// operator gets 404. Errors {"error":text}. Checksums are those of database::RowChecksum, as text.
//   POST /api/admin/import/rows        {entity, columns:[name], rows:[[value, …]]}: see RowImport;
//                                      a value that a unique index has already refuses its row
//                                      → {taken, checksum, refused:[{id, field, why}],
//                                      unknown:[name]}
//   POST /api/admin/import/references  {entity, from?}: a piece of the walk that mends references
//                                      → {rows, checksum, refused, from?}; at the end without
//                                      `from`
//   POST /api/admin/import/keys        {entity, highest}: new keys follow that one → {}
#pragma once

#include "noded/http.hpp"

#include "modules/transfer/importer.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <vector>

namespace noded::transfer {

// Thread-safe; what it is given must outlive it, and it its mounted routes.
class ImportAdmin {
 public:
  ImportAdmin(database::Database& database, database::AccessProvider& access)
      : database_(database), access_(access) {}
  std::vector<http::Route> routes();

 private:
  // What a piece writes is told to `importer`'s access, and stands in the audit chain where it is
  // of an entity that the node itself needs.
  using Piece = Task<
      Result<boost::json::object>> (ImportAdmin::*)(const boost::json::object&, const Importer&);
  http::Route route(std::string_view name, Piece piece);
  Task<http::Response> answer(http::Request& request, Piece piece);
  Task<Result<boost::json::object>> take_rows(
      const boost::json::object& body, const Importer& importer
  );
  Task<Result<boost::json::object>> mend_references(
      const boost::json::object& body, const Importer& importer
  );
  Task<Result<boost::json::object>> continue_keys(
      const boost::json::object& body, const Importer& importer
  );

  std::int64_t now_ms() const { return database_.clock().wall().time_since_epoch().count(); }

  database::Database& database_;
  database::AccessProvider& access_;
};

}  // namespace noded::transfer
