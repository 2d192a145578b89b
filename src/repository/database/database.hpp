// Database: one application's records: the schema in force and the way to read and write under it. Shared by all modules of
// an application; thread-safe.
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

  // Runs `body`, Result<T>(const Schema&, Transaction&), and commits. The schema is fetched anew on each attempt, and a
  // transaction that began under a schema replaced meanwhile conflicts and runs again (see change_schema).
  template <class Body>
  auto write(SteadyTime deadline, Body body) {
    return transact(store_, deadline, [this, body = std::move(body)](Transaction& transaction) mutable {
      transaction.observe(schema_token());
      const auto schema = this->schema();
      return body(*schema, transaction);
    });
  }

  // The catalogue as stored.
  Task<Result<Catalog>> load_catalog(SteadyTime deadline);

  // Puts `data` (bknd's configuration of the data module) in force: builds the schema, publishes it with new indices
  // maintained but not yet used, fills them from the rows, then stores the catalogue together with what `also_write` puts
  // and publishes the schema for use. On an error the old schema is in force again, nothing of the change is stored, and the
  // half-filled indices are gone. One change at a time; a second waits. Progress is logged by the caller from `on_progress`.
  Task<Result<std::shared_ptr<const Schema>>> change_schema(
      json::object data, std::function<Result<>(Transaction&)> also_write,
      std::function<void(std::uint64_t rows_done)> on_progress = {}
  );

  // For the start: puts the stored configuration in force without writing anything.
  Task<Result<>> open(json::object data);

 private:
  std::string schema_token() const;
  void publish(std::shared_ptr<const Schema> schema);
  StoreAccess store_;
  std::uint16_t application_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards schema_, changing_
  std::shared_ptr<const Schema> schema_;
  bool changing_ = false;
};

}  // namespace noded::database
