// SecretsController: under which keys the secrets of an application are sealed, over the admin
// socket. Anybody but the local operator gets 404.
//
//   GET  /api/admin/secrets                            200 with the state
//   POST /api/admin/secrets/rotate {"keep_old":bool?}  200 with the state, "sealed":n and
//   "removed":
//        a new key, everything sealed anew under it, then the keys that nothing needs go from the
//        key file unless they shall be kept. 409 while a change of the configuration fills indices.
//        Cut off anywhere, all keys that something needs are in the file; doing it again ends it.
//
// State: {"key_file":text,"keys":[{"id":text,"records":n,"seals":bool}],"records":n,"unsealed":n,
//         "outdated":n,"missing":n}: outdated ones are sealed by another key than the one that
// seals; missing is how many need a key that is not in the file.
#pragma once

#include "noded/http.hpp"
#include "noded/node.hpp"

#include "modules/system/configuration.hpp"
#include "repository/database/sealed_records.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace noded::system {

// `counts` as JSON, beside the keys that are there.
json::object secrets_json(const database::SealedCounts& counts, const SecretBox& box);

// Thread-safe; what it is given outlives it, and it outlives its mounted routes.
class SecretsController {
 public:
  SecretsController(
      Configuration& configuration, database::Database& database, SecretBox& box, Node::Logger& log
  )
      : configuration_(configuration),
        database_(database),
        sealed_(box, database.application()),
        log_(log) {}

  std::vector<http::Route> routes();

 private:
  struct Rotated {
    std::uint64_t sealed = 0;
    std::vector<SealingKeyId> removed;
  };
  Task<http::Response> tell(http::Request& request);
  Task<http::Response> rotate(http::Request& request);
  Task<Result<database::SealedCounts>> count();
  Task<Result<>> rotate_alone(bool keeps_old, Rotated& rotated);
  Task<Result<>> remove_unneeded(Rotated& rotated);
  Task<> reclaim();

  Configuration& configuration_;
  database::Database& database_;
  const database::SealedRecords sealed_;
  Node::Logger& log_;
};

}  // namespace noded::system
