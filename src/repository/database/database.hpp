// Database: one application's records: the schema in force and the way to read and write under it.
// Shared by all modules of an application; thread-safe.
#pragma once

#include "noded/clock.hpp"

#include "repository/database/access.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/stored_change.hpp"
#include "repository/database/transact.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace noded::database {

// A change of the schema that fills indices.
struct ChangeStatus {
  std::uint64_t rows_done = 0;
  std::uint64_t rows = 0;  // as counted at its beginning
  WallTime begun;
  bool is_resumed = false;       // another process began it
  std::string waits_for;         // why it stands still; empty: it does not
  std::uint64_t per_second = 0;  // rows, of this process; 0: not known yet
};

// Told while a change runs, on the executor of its caller.
struct ChangeWatch {
  std::function<void(std::uint64_t rows_done)> on_progress{};
  // In the transaction that stores what comes into force; may run more than once.
  std::function<Result<>(Transaction&)> on_store{};
  std::function<void()> on_published{};  // the new schema is in force and stored
};

class Database {
 public:
  Database(StoreAccess store, std::uint16_t application, const Clock& clock);
  ~Database();

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
  // then stores the catalogue together with `records`, publishes the schema and removes the entries
  // of indices that are gone. Writes that began under the old schema and would commit later
  // conflict and run again under the new one.
  //
  // A change that fills is stored with its progress. When the process ends meanwhile, open() of the
  // next one finds it and resume_change() goes on; a store that takes no writes is waited for. When
  // rows are not unique or the change is cancelled, the old schema is in force, nothing of
  // `records` is stored and what was filled is removed. One change at a time: another one gets
  // kConflict. Errors: kInvalid, also for a unique index over rows that are not unique, or another
  // key format for an entity with rows; kConflict: cancelled; kUnavailable: pause_changes().
  Task<Result<std::shared_ptr<const Schema>>> change_schema(
      json::object data, std::vector<MetaRecord> records, ChangeWatch watch = {}
  );

  // For the start: puts the stored configuration in force. Writes only when the catalogue lacks
  // something of it. An unfinished change of a former process is kept up by writes from here on.
  Task<Result<>> open(json::object data);
  // The unfinished change that open() found, until it is resumed. Its records are what
  // change_schema was given.
  std::optional<StoredChange> unfinished_change() const;
  // Goes on with it. Errors: those of change_schema; kNotFound: there is none.
  Task<Result<std::shared_ptr<const Schema>>> resume_change(ChangeWatch watch = {});
  // Before open(): forgets an unfinished change. True when there was one.
  Task<Result<bool>> discard_unfinished_change();
  // Removes the entries of indices that are gone, as far as a former process left some.
  Task<Result<>> remove_leftovers();

  // The change that fills or waits to be resumed; empty when there is none. Any thread.
  std::optional<ChangeStatus> change_status() const;
  // Withdraws it after its present batch. False when none fills. Any thread.
  bool cancel_change();
  // For the end of the process: changes end after their present batch and stay stored. Any thread.
  void pause_changes();

 private:
  enum class Wish : std::uint8_t { kGoOn, kCancel, kPause };
  struct Change;
  class ChangeInProgress;
  const std::string& schema_token() const { return schema_token_; }
  void publish(std::shared_ptr<const Schema> schema, json::object data);
  Task<Result<>> run(Change& change);
  Task<Result<>> finish(Change& change);
  Task<Result<>> prepare(Change& change);
  void compare(Change& change) const;
  Task<Result<std::uint64_t>> rows_to_fill(const Change& change);
  Task<Result<>> adopt(std::shared_ptr<const Schema> before, json::object data, StoredChange found);
  Task<Result<>> require_key_formats(const Change& change);
  Task<Result<>> reserve(const Change& change, const Catalog& reserved);
  Result<std::shared_ptr<const Schema>> maintaining(const Change& change) const;
  Task<Result<>> fill(Change& change);
  Task<Result<>> fill_once(Change& change);
  Task<Result<>> store_change(const Change& change);
  Task<Result<>> store_withdrawal(const Change& change);
  Task<Result<>> withdraw(const Change& change);
  Task<Result<>> announce();
  template <class Attempt>
  Task<Result<>> persist(const Change& change, Attempt attempt);
  Result<> go_on() const;
  void begin_status(const Change& change, bool is_resumed);
  void tell_progress(Change& change, std::uint64_t rows_done);
  void tell_wait(std::string reason);
  Task<Result<std::optional<StoredChange>>> load_change();
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
  Wish wish_ = Wish::kGoOn;
  std::optional<ChangeStatus> status_;
  std::unique_ptr<Change> unfinished_;
};

}  // namespace noded::database
