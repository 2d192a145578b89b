// Configuration: the configuration {server, data, auth, media, flows} of one application: kept in
// the store, changed as a whole, put in force by the modules. What is in force is always complete
// (every default filled in, `data` as the schema in force dumps it), so that a change edits what a
// reader was shown.
//
// A change goes: copy → edit → check against the module's JSON schema → complete → prepare → store
// → publish. Up to "store" nothing has happened, and a failure leaves the old one serving. Changes
// are made one at a time. Thread-safe; outlives its users; the modules outlive it.
#pragma once

#include "noded/module.hpp"
#include "noded/node.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "codec/json_schema.hpp"
#include "modules/system/configuration_edit.hpp"
#include "modules/system/configuration_records.hpp"
#include "repository/database/database.hpp"
#include "repository/database/turn_queue.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <mutex>
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
      std::vector<std::reference_wrapper<Module>> modules,
      Node::Logger& log
  );

  // Puts the stored configuration in force. False when the store holds none: then first_boot().
  Task<Result<bool>> load();

  // Stores `application` (any of the modules' members; an empty one is all defaults) as the first
  // configuration and puts it in force. Errors: kInvalid with module and place.
  Task<Result<>> first_boot(json::object application);

  // Changes one module. Returns its configuration after the change, without secrets. Errors:
  //   kInvalid, type "type-invalid", members {"errors":[…]}: the module's schema refuses it
  //   kExists, kNotFound: the path of the edit
  //   kInvalid: no such module, or the outcome cannot be put in force
  Task<Result<json::object>> change(std::string module, ConfigurationEdit edit);

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
    std::vector<std::unique_ptr<Module::Prepared>> prepared;
  };

  const Part* find(std::string_view module) const;
  std::shared_ptr<const json::object> in_force() const;

  Result<> check(const Part& part, json::object& application) const;
  Result<Candidate> prepare(json::object application) const;
  void publish(Candidate candidate);
  ConfigurationRecords records_of(const json::object& application) const;

  Task<Result<json::object>> change_in_turn(std::string module, ConfigurationEdit edit);
  Task<Result<>> store_and_publish(Candidate candidate, bool schema_changes);
  // Runs `make_task()` so that it ends even when the request that asked for it is gone.
  template <class MakeTask>
  auto uncancelled(MakeTask make_task) -> std::invoke_result_t<MakeTask&>;

  database::Database& database_;
  Node::Logger& log_;
  std::vector<Part> parts_;
  std::string application_id_;
  database::TurnQueue turns_;
  mutable std::mutex mutex_;                      // guards in_force_
  std::shared_ptr<const json::object> in_force_;  // with secrets
};

}  // namespace noded::system
