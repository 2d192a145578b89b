// Importer: who sends rows, and what goes along with writing them: whatever the writes of accounts
// entail (the end of sessions, the rule about the last administrator), and the audit chain.
#pragma once

#include "noded/engine.hpp"
#include "noded/http.hpp"
#include "noded/result.hpp"

#include "repository/audit/actor.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"

#include <cstdint>
#include <memory>

namespace noded::transfer {

// For one request, which must outlive it; one thread at a time.
class Importer {
 public:
  Importer(database::AccessProvider& provider, const http::Request& request)
      : access_(provider.access_of(request)), actor_(audit::actor_of(request)) {}

  // To be told of each row that is written; the import itself is not narrowed by it.
  const database::Access& access() const { return *access_; }
  // One entry for a batch of an entity that the node itself needs, such as that of the accounts;
  // other entities are the application's business.
  Result<> record(
      const database::Database& database,
      Transaction& transaction,
      const database::Entity& entity,
      std::uint64_t rows
  ) const;
  // The transaction was committed.
  void committed() const { access_->committed(); }

 private:
  std::unique_ptr<database::Access> access_;
  audit::Actor actor_;
};

}  // namespace noded::transfer
