// Configuration: the configuration {server, data, auth, media, flows} of one application: kept in
// the store, changed as a whole, put in force by the modules. What is in force is always complete
// (every default filled in, `data` as the schema in force dumps it), so that a change edits what a
// reader was shown.
//
// A change that takes long is stored with its progress (see Database::change_schema): after a crash
// load() puts the old configuration in force, and resume() goes on.
//
// A change goes: copy → edit → check against the module's JSON schema → complete → prepare → store
// → publish. Who changed what is put into the audit chain together with it. Up to "store" nothing
// has happened, and a failure leaves the old one serving. Changes are made one at a time.
// Thread-safe; outlives its users; the modules outlive it.
#pragma once

#include "noded/module.hpp"
#include "noded/node.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "codec/json_schema.hpp"
#include "modules/system/configuration_edit.hpp"
#include "modules/system/configuration_records.hpp"
#include "modules/system/obstacle.hpp"
#include "repository/audit/actor.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/database.hpp"
#include "repository/database/turn_queue.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::system {

class Configuration {
 public:
  // `modules` in the order in which they complete, prepare and publish. A module whose schema does
  // not compile is a defect: std::logic_error.
  Configuration(
      database::Database& database,
      SecretBox& secrets,
      std::vector<std::reference_wrapper<Module>> modules,
      Node::Logger& log
  );

  // Puts the stored configuration in force. False when the store holds none: then first_boot().
  // kInvalid of type kStoredConfigurationRefused: it cannot be put in force; what was stored by
  // another version of noded may be.
  Task<Result<bool>> load();
  // After such an error: what is stored is what changes begin from, as if it were in force, but
  // nothing of it is. A change that can be put in force mends it.
  Task<Result<>> load_to_mend();

  // Stores `application` (any of the modules' members; an empty one is all defaults) as the first
  // configuration and puts it in force; secrets that are not given are their defaults. Errors:
  // kInvalid with module and place.
  Task<Result<>> first_boot(json::object application);

  // Puts the parts of `application` in force, each as a whole; a part that is not given, and a
  // secret that is not given, stay as they are. kInvalid names all obstacles; kConflict: another
  // change is under way, or this one was cancelled. Runs to its end even when its caller is gone.
  Task<Result<>> apply(json::object application, audit::Actor actor = {});
  using PreparedParts = std::vector<std::unique_ptr<Module::Prepared>>;
  // What would be in force after it. Changes nothing.
  struct Proposal {
    json::object before;  // with secrets, as `after`
    json::object after;
    std::vector<Obstacle> obstacles;  // not empty: `after` cannot be put in force
    PreparedParts prepared;           // of `after`
  };
  Proposal propose(json::object application) const;
  // What the modules have against these parts, beyond what they can tell without the store.
  Task<Result<>> require_approval(const PreparedParts& parts) const;

  // After load(): goes on with the change that a former process left, and removes what is left of
  // indices that are gone. Ends early, without harm, once stop() was called.
  Task<> resume();
  // Lets a change end after its present step, and waits for that; what is stored of it goes on at
  // the next start.
  Task<> stop();
  // Resumes once no change runs.
  Task<> wait_until_idle();
  // Runs `work` while nobody changes the configuration. kConflict: a change fills indices.
  Task<Result<>> alone(std::function<Task<Result<>>()> work);
  // kConflict, naming the change that fills indices.
  Result<> require_idle() const;

  // How the last change that ended did.
  struct Outcome {
    std::uint64_t number = 0;  // counts since the start; 0: none ended
    std::optional<Error> error;
  };
  Outcome last_outcome() const;

  // Part of the transaction that stores a change, and perhaps of one before that only looks; runs
  // again when that one does. An error refuses the change.
  using Check = std::function<Result<>(Transaction&)>;
  // Changes one module. Returns its configuration after the change, without secrets. Errors, beside
  // those of `check`:
  //   kInvalid, type "type-invalid", members {"errors":[…]}: the module's schema refuses it
  //   kExists, kNotFound: the path of the edit
  //   kInvalid: no such module, or the outcome cannot be put in force
  //   kConflict: another change fills indices; its message says how far it is. Or a module does not
  //     approve, see Module::Prepared
  Task<Result<json::object>> change(
      std::string module, ConfigurationEdit edit, audit::Actor actor = {}, Check check = nullptr
  );

  // Builds what is in force anew from the configuration in force.
  Task<Result<>> rebuild();

  bool has_module(std::string_view module) const;
  // The configuration in force of one module, or of all as {server, data, …}.
  json::object view(std::string_view module, bool with_secrets) const;
  json::object view(bool with_secrets) const;
  // The modules' JSON schemas, in their order.
  json::object schemas() const;

  // UUID text of the application, made at its first boot. Constant after load() or first_boot().
  const std::string& application_id() const { return application_id_; }

 private:
  struct Part {
    std::reference_wrapper<Module> module;
    std::shared_ptr<const codec::JsonSchema> schema;
    std::vector<std::string_view> secret_paths;
  };
  // A configuration that can be put in force.
  struct Candidate {
    json::object application;
    PreparedParts prepared;
    Check check;  // none: empty
  };

  const Part* find(std::string_view module) const;
  std::shared_ptr<const json::object> in_force() const;

  // The meta record with who made a change; of a running one it is kept until that ends.
  static constexpr std::string_view kActName = "act";
  static std::string changes_of(const json::object& before, const Candidate& candidate);
  audit::Act unfinished_act() const;

  static void default_secrets(const Part& part, json::value& configuration);
  Result<> check(const Part& part, json::object& application) const;
  Result<Candidate> prepare(json::object application) const;
  static Result<> approve(const PreparedParts& parts, Transaction& transaction);
  static Result<> approve(const Candidate& candidate, Transaction& transaction);
  void publish(Candidate candidate);
  ConfigurationRecords records_of(const json::object& application) const;

  json::object merge(const json::object& before, json::object application) const;
  void check_parts(
      const json::object& given, json::object& application, std::vector<Obstacle>& obstacles
  ) const;
  std::optional<Candidate> prepare_all(json::object application, std::vector<Obstacle>& obstacles)
      const;
  Task<Result<>> seal_stored();
  Task<Result<std::optional<ConfigurationRecords>>> read_stored();
  json::object with_defaults(ConfigurationRecords records) const;
  Task<Result<>> apply_in_turn(json::object application, const audit::Actor& actor);
  Result<Candidate> unfinished_candidate() const;
  Task<Result<>> resume_in_turn();
  database::ChangeWatch watch(Candidate& candidate, const audit::Act& act);
  void note_outcome(const Result<>& result);
  Result<Candidate> complete_stored(ConfigurationRecords records, bool& is_as_stored) const;
  Task<Result<json::object>> change_in_turn(
      std::string module, ConfigurationEdit edit, const audit::Actor& actor, Check further
  );
  Task<Result<>> store_and_publish(Candidate candidate, bool schema_changes, audit::Act act);
  // Runs `make_task()` so that it ends even when the request that asked for it is gone.
  template <class MakeTask>
  auto uncancelled(MakeTask make_task) -> std::invoke_result_t<MakeTask&> {
    const net::any_io_executor executor = co_await net::this_coro::executor;
    co_return co_await net::co_spawn(
        executor,
        std::move(make_task),
        net::bind_cancellation_slot(
            net::cancellation_slot(), net::use_awaitable_t<net::any_io_executor>()
        )
    );
  }

  database::Database& database_;
  const database::SealedRecords secrets_;
  const audit::AuditChain audit_;
  Node::Logger& log_;
  std::vector<Part> parts_;
  std::string application_id_;
  database::TurnQueue turns_;
  mutable std::mutex mutex_;                      // guards in_force_ and outcome_
  std::shared_ptr<const json::object> in_force_;  // with secrets
  Outcome outcome_;
};

}  // namespace noded::system
