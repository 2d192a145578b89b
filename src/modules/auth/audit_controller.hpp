// AuditController: the audit chain over HTTP, for whoever holds audit.read and for the local
// operator. Nobody who is anonymous, also where no guard is. Refusals are those of refusal.hpp.
//
//   GET /api/admin/audit?from&to&actor&action&target&cursor&limit
//       200 {"entries":[…],"cursor":text|null}, newest first; with Accept: application/x-ndjson one
//       entry a line, and the cursor in the field X-Next-Cursor. `from` and `to` are dates, `to`
//       exclusive; `action` also names all below it; `limit` is 1 to 1000, 100 without.
//   GET /api/admin/audit/verify
//       200 {"ok":true,"entries":n,"head":hash}, or {"ok":false,"entries":n,"broken":seq,
//       "reason":text} with the first entry that is wrong; `entries` are those that were looked at.
//       "signed":{"seq","ts"} is the newest checkpoint among them.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "repository/audit/audit_chain.hpp"
#include "repository/audit/checkpoint.hpp"
#include "repository/database/database.hpp"

#include <vector>

namespace noded::auth {

// The parameters of a query. kInvalid names the one that is wrong and what is allowed.
Result<audit::Wanted> parse_audit_query(std::string_view query);

// Thread-safe; what it is given outlives it, and it outlives its mounted routes.
class AuditController {
 public:
  AuditController(
      Authorizer& authorizer, database::Database& database, const database::SealedRecords& secrets
  )
      : authorizer_(authorizer),
        database_(database),
        seed_(secrets),
        chain_(database.application(), database.clock()) {}

  std::vector<http::Route> routes();

 private:
  Task<http::Response> list(http::Request& request);
  Task<http::Response> verify(http::Request& request);

  Authorizer& authorizer_;
  database::Database& database_;
  const audit::SigningSeed seed_;
  const audit::AuditChain chain_;
};

}  // namespace noded::auth
