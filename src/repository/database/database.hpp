// Database: one application's records: the schema in force and the way to read and write under it.
// Shared by all modules of an application; thread-safe.
#pragma once

#include "noded/clock.hpp"

#include "repository/database/access.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/transact.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace noded::database {

class Database {
 public:
  Database(StoreAccess store, std::uint16_t application, const Clock& clock);

  // The schema in force; a request keeps the one that it began with.
  std::shared_ptr<const Schema> schema() const;
  std::uint16_t application() const { return application_; }
  const StoreAccess& store() const { return store_; }
  const Clock& clock() const { return clock_; }

  // Runs `body`, Result<T>(const Schema&, Transaction&), and commits. The schema is fetched anew on
  // each attempt, and a transaction that began under a schema replaced meanwhile conflicts and runs
  // again (see change_schema).
  template <class Body>
  auto write(SteadyTime deadline, Body body) {
    return transact(
        store_,
        deadline,
        [this, body = std::move(body)](Transaction& transaction) mutable {
          transaction.observe(schema_token());
          const auto schema = this->schema();
          return body(*schema, transaction);
        }
    );
  }

  // The catalogue as stored.
  Task<Result<Catalog>> load_catalog(SteadyTime deadline);

  // Puts `data` (bknd's configuration of the data module) in force. Builds the schema; while the
  // present one goes on serving, fills the indices that are new (writers maintain them meanwhile);
  // then stores the catalogue together with what `also_write` puts, and publishes the schema.
  // Writes that began under the old schema and would commit later conflict and run again under the
  // new one. On an error the old schema is in force, nothing of `also_write` is stored and
  // half-filled indices are gone. One change at a time: another one gets kConflict. `also_write`
  // may run more than once; `on_progress` gets the rows done so far, on the caller's executor.
  // Errors: kInvalid, also for a unique index over rows that are not unique, or another key format
  // for an entity with rows.
  Task<Result<std::shared_ptr<const Schema>>> change_schema(
      json::object data,
      std::function<Result<>(Transaction&)> also_write,
      std::function<void(std::uint64_t rows_done)> on_progress = {}
  );

  // For the start: puts the stored configuration in force. Writes only when the catalogue lacks
  // something of it.
  Task<Result<>> open(json::object data);

 private:
  struct Change;
  class ChangeInProgress;
  const std::string& schema_token() const { return schema_token_; }
  void publish(std::shared_ptr<const Schema> schema, json::object data);
  Task<Result<>> run(Change& change);
  Task<Result<>> prepare(Change& change);
  Task<Result<>> require_key_formats(const Change& change);
  Task<Result<>> fill(Change& change);
  Task<Result<>> store_change(const Change& change);
  Task<> withdraw(const Change& change);
  Task<Result<>> store_catalog(const Catalog& catalog);
  Task<Result<>> announce();
  StoreAccess lane_only() const;

  TurnQueue contended_;
  StoreAccess store_;
  std::uint16_t application_;
  const Clock& clock_;
  const std::string schema_token_;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const Schema> schema_;
  json::object data_;  // what schema_ was built from
  bool changing_ = false;
};

}  // namespace noded::database
