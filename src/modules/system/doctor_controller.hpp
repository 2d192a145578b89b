// DoctorController: the check of an application's records over the admin socket:
// POST /api/admin/doctor {"repair":bool}. Anybody but the local operator gets 404.
//
// 200 {"entities":n,"rows":n,"index_entries":n,"changes":n,
//      "notes":[{"what":code,"entity":text,"rows":n,"sentence":text}],
//      "findings":[{"what":code,"entity":text,"key":text,"sentence":text,"mendable":bool}],
//      "counts":{code:n},"mended":{code:n},
//      "secrets":{"records":n,"unsealed":n,"outdated":n,"missing":n,…}}, see secrets_controller.hpp
// `findings` holds the first 100 of each kind, `counts` tells of all; `notes` are no damage;
// database/consistency.hpp lists the codes. 409 {"error":text,"since":time} while another check
// runs. The request's deadline does not hold: the walk takes as long as there are records, also
// when the client goes away meanwhile.
#pragma once

#include "noded/http.hpp"
#include "noded/node.hpp"

#include "repository/database/consistency.hpp"
#include "repository/database/sealed_records.hpp"

#include <boost/json/object.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace noded::system {

namespace json = boost::json;

// Thread-safe; what it is given outlives it, and it outlives its mounted routes.
class DoctorController {
 public:
  DoctorController(database::Database& database, SecretBox& box, Node::Logger& log)
      : database_(database), sealed_(box, database.application()), log_(log) {}

  std::vector<http::Route> routes();

 private:
  Task<http::Response> examine(http::Request& request);
  void log_progress(std::uint64_t walked);
  void log_end(const database::ConsistencyReport& report);

  database::Database& database_;
  const database::SealedRecords sealed_;
  Node::Logger& log_;
  std::atomic<std::int64_t> running_since_ = 0;  // milliseconds of the wall clock; 0: none runs
  std::uint64_t told_ = 0;  // entries walked when the log was told last; the running check's
};

// The answer's body but `secrets`. Apart for its test.
json::object to_json(const database::ConsistencyReport& report);

}  // namespace noded::system
