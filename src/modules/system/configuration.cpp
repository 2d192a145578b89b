#include "modules/system/configuration.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/system/changed_paths.hpp"
#include "modules/system/schema_defaults.hpp"
#include "modules/system/secret_paths.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/transact.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace noded::system {

namespace {

std::size_t count_entities(const json::object& data) {
  const json::value* entities = data.if_contains("entities");
  return entities != nullptr && entities->is_object() ? entities->get_object().size() : 0;
}

constexpr std::size_t kMostPaths = 50;  // of a change, in the audit chain

// What is stored has to be readable again: records nest a little deeper than a module does.
constexpr std::size_t kMaxNesting = codec::JsonLimits{}.max_depth - 8;

bool nests_deeper_than(const json::value& value, std::size_t levels) {
  const auto deeper = [levels](const json::value& inner) {
    return levels == 0 || nests_deeper_than(inner, levels - 1);
  };
  if (const auto* array = value.if_array()) return std::ranges::any_of(*array, deeper);
  if (const auto* object = value.if_object()) {
    return std::ranges::any_of(*object, [&deeper](const auto& member) {
      return deeper(member.value());
    });
  }
  return false;
}

Error schema_refusal(std::string_view module, const std::vector<codec::SchemaError>& errors) {
  const codec::SchemaError& first = errors.front();
  json::object members;
  members["errors"] = codec::to_json(errors);
  return Error{
      Errc::kInvalid,
      std::string(module) + ": " + first.instance_location + ": " + first.error,
      "type-invalid",
      codec::to_json_text(members)
  };
}

// `data` as bknd dumps it: every default, relations under their dumped names. Built on a catalogue
// of its own: the numbers of the store are taken when the change is stored.
Result<> normalise_data(json::object& application) {
  json::object& data = application["data"].get_object();
  database::Catalog scratch;
  const auto schema = database::Schema::build(data, scratch, true);
  if (!schema) return std::unexpected(schema.error());
  for (auto& [name, value] : (*schema)->dump())
    data[name] = std::move(value);
  return {};
}

}  // namespace

Configuration::Configuration(
    database::Database& database,
    SecretBox& secrets,
    std::vector<std::reference_wrapper<Module>> modules,
    Node::Logger& log
)
    : database_(database),
      secrets_(secrets, database.application()),
      audit_(database.application(), database.clock()),
      log_(log) {
  for (Module& module : modules) {
    const std::string name(module.name());
    const auto text = codec::parse_json(module.schema(), "schema of module " + name);
    if (!text) throw std::logic_error(text.error().message);
    auto schema = codec::JsonSchema::compile(*text);
    if (!schema) throw std::logic_error("schema of module " + name + schema.error().message);
    parts_.push_back(Part{module, std::move(*schema), module.secret_paths()});
  }
}

const Configuration::Part* Configuration::find(std::string_view module) const {
  const auto found = std::ranges::find_if(parts_, [module](const Part& part) {
    return part.module.get().name() == module;
  });
  return found == parts_.end() ? nullptr : &*found;
}

bool Configuration::has_module(std::string_view module) const {
  return find(module) != nullptr;
}

std::shared_ptr<const json::object> Configuration::in_force() const {
  const std::lock_guard lock(mutex_);
  return in_force_;
}

json::object Configuration::view(std::string_view module, bool with_secrets) const {
  const Part* part = find(module);
  const auto application = in_force();
  if (part == nullptr || application == nullptr) return {};
  json::object shown = application->at(module).get_object();
  if (!with_secrets) take_secrets(shown, part->secret_paths);
  return shown;
}

json::object Configuration::view(bool with_secrets) const {
  json::object shown;
  for (const Part& part : parts_) {
    const std::string_view name = part.module.get().name();
    shown[name] = view(name, with_secrets);
  }
  return shown;
}

json::object Configuration::schemas() const {
  json::object all;
  for (const Part& part : parts_)
    all[part.module.get().name()] = part.schema->source();
  return all;
}

Result<> Configuration::check(const Part& part, json::object& application) const {
  json::value& configuration = application[part.module.get().name()];
  if (nests_deeper_than(configuration, kMaxNesting)) {
    return fail(Errc::kInvalid, "The configuration nests too deeply");
  }
  fill_defaults(part.schema->source(), configuration);
  const auto errors = part.schema->validate(configuration);
  if (!errors.empty()) return std::unexpected(schema_refusal(part.module.get().name(), errors));
  return {};
}

Result<Configuration::Candidate> Configuration::prepare(json::object application) const {
  for (const Part& part : parts_) {
    auto completed = part.module.get().complete(application);
    if (!completed) return std::unexpected(std::move(completed.error()));
  }
  auto normalised = normalise_data(application);
  if (!normalised) return std::unexpected(std::move(normalised.error()));

  Candidate candidate;
  for (const Part& part : parts_) {
    auto prepared = part.module.get().prepare(application);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    candidate.prepared.push_back(std::move(*prepared));
  }
  candidate.application = std::move(application);
  return candidate;
}

Result<> Configuration::approve(const PreparedParts& parts, Transaction& transaction) {
  for (const auto& prepared : parts) {
    if (!prepared) continue;
    if (auto approved = prepared->approve(transaction); !approved) return approved;
  }
  return {};
}

Result<> Configuration::approve(const Candidate& candidate, Transaction& transaction) {
  if (auto approved = approve(candidate.prepared, transaction); !approved) return approved;
  return candidate.check ? candidate.check(transaction) : Result<>();
}

Task<Result<>> Configuration::require_approval(const PreparedParts& parts) const {
  auto look = [&parts](Transaction& transaction) {
    return approve(parts, transaction);
  };
  co_return co_await database::read(database_.store(), SteadyTime::max(), std::move(look));
}

void Configuration::publish(Candidate candidate) {
  for (const auto& prepared : candidate.prepared) {
    if (prepared) prepared->publish();
  }
  auto application = std::make_shared<const json::object>(std::move(candidate.application));
  const std::lock_guard lock(mutex_);
  in_force_ = std::move(application);
}

ConfigurationRecords Configuration::records_of(const json::object& application) const {
  ConfigurationRecords records{application_id_, application, {}};
  for (const Part& part : parts_) {
    const std::string_view name = part.module.get().name();
    auto taken = take_secrets(records.configuration[name].get_object(), part.secret_paths);
    if (!taken.empty()) records.secrets[name] = std::move(taken);
  }
  return records;
}

Task<Result<>> Configuration::store_and_publish(
    Candidate candidate, bool schema_changes, audit::Act act
) {
  auto records = as_stored(records_of(candidate.application), secrets_);
  if (!records) co_return std::unexpected(std::move(records.error()));
  if (schema_changes) {
    // Filling indices takes long: what the end would refuse does not begin.
    auto look = [&candidate](Transaction& transaction) {
      return approve(candidate, transaction);
    };
    const auto approved =
        co_await database::read(database_.store(), SteadyTime::max(), std::move(look));
    if (!approved) co_return approved;
    // A change that outlives the process still tells who made it.
    records->push_back({std::string(kActName), audit::to_text(act)});
    json::object data = candidate.application.at("data").get_object();
    const auto changed = co_await database_.change_schema(
        std::move(data), std::move(*records), watch(candidate, act)
    );
    if (!changed) co_return std::unexpected(changed.error());
    co_return Result<>();
  }
  auto write = [this, &candidate, &records, &act](Transaction& transaction) -> Result<> {
    if (auto approved = approve(candidate, transaction); !approved) return approved;
    for (const database::MetaRecord& record : *records)
      transaction.put(database::keys::meta(database_.application(), record.name), record.text);
    return audit_.append(transaction, act);
  };
  const auto stored =
      co_await database::transact(database_.store(), SteadyTime::max(), std::move(write));
  if (!stored) co_return std::unexpected(stored.error());
  publish(std::move(candidate));
  co_return Result<>();
}

// Without values: some are secrets.
std::string Configuration::changes_of(const json::object& before, const Candidate& candidate) {
  json::array paths;
  for (const std::string& path : changed_paths(before, candidate.application, kMostPaths))
    paths.emplace_back(path);
  return codec::to_json_text(json::object{{"changed", std::move(paths)}});
}

// What was shown without secrets begins a store too.
void Configuration::default_secrets(const Part& part, json::value& configuration) {
  json::value defaults = json::object();
  fill_defaults(part.schema->source(), defaults);
  if (configuration.is_object() && defaults.is_object())
    keep_secrets(configuration.get_object(), std::move(defaults.get_object()), part.secret_paths);
}

Task<Result<>> Configuration::first_boot(json::object application) {
  for (const auto& member : application) {
    if (!has_module(member.key())) {
      co_return fail(
          Errc::kInvalid, "there is no module \"" + std::string(member.key()) + "\" to configure"
      );
    }
  }
  json::object ordered;
  for (const Part& part : parts_) {
    const std::string_view name = part.module.get().name();
    const json::value* given = application.if_contains(name);
    ordered[name] = given != nullptr ? *given : json::object();
    default_secrets(part, ordered[name]);
    const auto checked = check(part, ordered);
    if (!checked) co_return std::unexpected(checked.error());
  }
  auto candidate = prepare(std::move(ordered));
  if (!candidate) co_return std::unexpected(std::move(candidate.error()));

  const auto unix_ms = database_.clock().wall().time_since_epoch().count();
  const auto id = codec::make_uuid_v7(unix_ms);
  application_id_ = codec::uuid_text({id.data(), id.size()});
  co_return co_await store_and_publish(
      std::move(*candidate), true, audit::done_by({}, "configuration.begin", "configuration")
  );
}

Task<Result<json::object>> Configuration::change(
    std::string module, ConfigurationEdit edit, audit::Actor actor, Check check
) {
  auto make_task = [this,
                    module = std::move(module),
                    edit = std::move(edit),
                    actor = std::move(actor),
                    check = std::move(check)]() mutable {
    return change_in_turn(std::move(module), std::move(edit), actor, std::move(check));
  };
  co_return co_await uncancelled(std::move(make_task));
}

Task<Result<json::object>> Configuration::change_in_turn(
    std::string module, ConfigurationEdit edit, const audit::Actor& actor, Check further
) {
  const Part* part = find(module);
  if (part == nullptr) co_return fail(Errc::kInvalid, "There is no module \"" + module + "\"");
  if (auto idle = require_idle(); !idle) co_return std::unexpected(std::move(idle.error()));
  const database::TurnQueue::Turn turn = co_await turns_.take();
  if (auto idle = require_idle(); !idle) co_return std::unexpected(std::move(idle.error()));

  const auto before = in_force();
  json::object application = *before;
  json::object& configuration = application[module].get_object();
  const auto edited = apply_edit(configuration, module, edit);
  if (!edited) co_return std::unexpected(edited.error());
  const auto checked = check(*part, application);
  if (!checked) co_return std::unexpected(checked.error());

  const std::size_t entities = count_entities(before->at("data").get_object());
  if (count_entities(application["data"].get_object()) + 1 < entities) {
    co_return fail(Errc::kInvalid, "Cannot remove more than one entity at a time");
  }
  auto candidate = prepare(std::move(application));
  if (!candidate) co_return std::unexpected(std::move(candidate.error()));
  candidate->check = std::move(further);
  // As text: the order of entities and fields counts as well.
  const bool schema_changes = codec::to_json_text(candidate->application.at("data")) !=
                              codec::to_json_text(before->at("data"));
  audit::Act act = done_by(
      actor, "configuration.change", "configuration " + module, changes_of(*before, *candidate)
  );
  const auto done =
      co_await store_and_publish(std::move(*candidate), schema_changes, std::move(act));
  note_outcome(done);
  if (!done) co_return std::unexpected(done.error());

  json::object fields;
  fields["module"] = module;
  fields["path"] = edit.path;
  log_.info("configuration changed", codec::to_json_text(fields));
  co_return view(module, false);
}

Task<Result<>> Configuration::rebuild() {
  if (auto idle = require_idle(); !idle) co_return idle;
  const database::TurnQueue::Turn turn = co_await turns_.take();
  auto candidate = prepare(*in_force());
  if (!candidate) co_return std::unexpected(std::move(candidate.error()));
  publish(std::move(*candidate));
  co_return Result<>();
}

}  // namespace noded::system
