// Whole configurations at once, and changes that outlive the process.
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/system/configuration.hpp"
#include "modules/system/secret_paths.hpp"
#include "repository/database/schema_obstacles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace noded::system {
namespace {

constexpr std::uint64_t kTellEach = 100'000;  // rows between two lines of the log

Error refusal_of(const std::vector<Obstacle>& obstacles) {
  std::string text;
  for (const Obstacle& obstacle : obstacles)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", obstacle.place, obstacle.reason);
  return {Errc::kInvalid, std::move(text), {}, {}};
}

}  // namespace

json::object Configuration::merge(const json::object& before, json::object application) const {
  json::object merged = before;
  for (const Part& part : parts_) {
    const std::string_view name = part.module.get().name();
    json::value* given = application.if_contains(name);
    if (given == nullptr) continue;
    if (given->is_object())
      keep_secrets(given->get_object(), before.at(name).get_object(), part.secret_paths);
    merged[name] = std::move(*given);
  }
  return merged;
}

void Configuration::check_parts(
    const json::object& given, json::object& application, std::vector<Obstacle>& obstacles
) const {
  for (const auto& member : given) {
    const Part* part = find(member.key());
    const std::string name(member.key());
    if (part == nullptr) {
      obstacles.push_back({name, "there is no such module"});
      continue;
    }
    const auto checked = check(*part, application);
    if (checked) continue;
    const auto errors = part->schema->validate(application.at(name));
    for (const codec::SchemaError& error : errors)
      obstacles.push_back({name + error.instance_location, error.error});
    if (errors.empty()) obstacles.push_back({name, checked.error().message});
  }
}

std::optional<Configuration::Candidate> Configuration::prepare_all(
    json::object application, std::vector<Obstacle>& obstacles
) const {
  json::object data = application.at("data").get_object();
  auto candidate = prepare(std::move(application));
  if (candidate) return std::move(*candidate);
  for (auto& obstacle : database::find_obstacles(data))
    obstacles.push_back({"data/" + obstacle.place, std::move(obstacle.reason)});
  const std::string& message = candidate.error().message;
  const bool is_known = std::ranges::find(obstacles, message, &Obstacle::reason) != obstacles.end();
  if (!is_known) obstacles.push_back({"configuration", message});
  return std::nullopt;
}

Configuration::Proposal Configuration::propose(json::object application) const {
  Proposal proposal;
  proposal.before = *in_force();
  json::object merged = merge(proposal.before, application);
  check_parts(application, merged, proposal.obstacles);
  if (!proposal.obstacles.empty()) return proposal;
  auto candidate = prepare_all(std::move(merged), proposal.obstacles);
  if (!candidate) return proposal;
  proposal.after = std::move(candidate->application);
  proposal.prepared = std::move(candidate->prepared);
  return proposal;
}

Task<Result<>> Configuration::apply(json::object application, audit::Actor actor) {
  auto make_task =
      [this, application = std::move(application), actor = std::move(actor)]() mutable {
        return apply_in_turn(std::move(application), actor);
      };
  co_return co_await uncancelled(std::move(make_task));
}

Task<Result<>> Configuration::apply_in_turn(json::object application, const audit::Actor& actor) {
  if (auto idle = require_idle(); !idle) co_return idle;
  const database::TurnQueue::Turn turn = co_await turns_.take();
  if (auto idle = require_idle(); !idle) co_return idle;
  std::vector<Obstacle> obstacles;
  json::object merged = merge(*in_force(), application);
  check_parts(application, merged, obstacles);
  auto candidate = obstacles.empty() ? prepare_all(std::move(merged), obstacles) : std::nullopt;
  Result<> done;
  if (candidate) {
    audit::Act act =
        done_by(actor, "configuration.apply", "configuration", changes_of(*in_force(), *candidate));
    done = co_await store_and_publish(std::move(*candidate), true, std::move(act));
  } else {
    done = std::unexpected(refusal_of(obstacles));
  }
  note_outcome(done);
  if (done) log_.info("configuration applied");
  co_return done;
}

// Called once what it watches begins: the candidate is published with the schema.
database::ChangeWatch Configuration::watch(Candidate& candidate, const audit::Act& act) {
  auto shared = std::make_shared<Candidate>(std::move(candidate));
  auto told = std::make_shared<std::uint64_t>(0);
  return {
      .on_progress =
          [this, told](std::uint64_t rows_done) {
            if (rows_done - *told < kTellEach) return;
            *told = rows_done;
            const auto status = database_.change_status();
            const std::uint64_t rows = status ? status->rows : 0;
            const json::object fields{{"rows_done", rows_done}, {"rows", rows}};
            log_.info("filling indices", codec::to_json_text(fields));
          },
      .on_store = [this, shared, act](Transaction& transaction) -> Result<> {
        if (auto approved = approve(*shared, transaction); !approved) return approved;
        return audit_.append(transaction, act);
      },
      .on_published = [this, shared] { publish(std::move(*shared)); },
  };
}

Result<Configuration::Candidate> Configuration::unfinished_candidate() const {
  const auto unfinished = database_.unfinished_change();
  if (!unfinished) return fail(Errc::kNotFound, "there is no unfinished change");
  auto records = parse_records(unfinished->records, secrets_);
  if (!records) return std::unexpected(std::move(records.error()));
  if (!*records) return fail(Errc::kInternal, "the unfinished change has no configuration");
  bool is_as_stored = false;
  return complete_stored(std::move(**records), is_as_stored);
}

audit::Act Configuration::unfinished_act() const {
  const auto unfinished = database_.unfinished_change();
  std::string text;
  if (unfinished) {
    const auto act = std::ranges::find(unfinished->records, kActName, &database::MetaRecord::name);
    if (act != unfinished->records.end()) text = act->text;
  }
  return audit::act_from(text);
}

Task<Result<>> Configuration::resume_in_turn() {
  const auto status = database_.change_status();
  const json::object fields{
      {"rows_done", status ? status->rows_done : 0}, {"rows", status ? status->rows : 0}
  };
  log_.info("an unfinished change of the configuration goes on", codec::to_json_text(fields));
  auto candidate = unfinished_candidate();
  const audit::Act act = unfinished_act();
  // It is withdrawn by the same path as one that was cancelled.
  if (!candidate) database_.cancel_change();
  const auto done = candidate ? co_await database_.resume_change(watch(*candidate, act))
                              : co_await database_.resume_change();
  if (!candidate) co_return std::unexpected(std::move(candidate.error()));
  if (!done) co_return std::unexpected(done.error());
  co_return Result<>();
}

Task<> Configuration::resume() {
  const database::TurnQueue::Turn turn = co_await turns_.take();
  if (database_.unfinished_change()) {
    const auto done = co_await resume_in_turn();
    note_outcome(done);
    if (done) {
      log_.info("the unfinished change of the configuration is in force");
    } else {
      const json::object fields{{"reason", done.error().message}};
      log_.warning("the change of the configuration is not in force", codec::to_json_text(fields));
    }
  }
  const auto removed = co_await database_.remove_leftovers();
  if (!removed) {
    const json::object fields{{"reason", removed.error().message}};
    log_.info("entries of removed indices are left for later", codec::to_json_text(fields));
  }
}

Task<> Configuration::stop() {
  database_.pause_changes();
  co_await wait_until_idle();
}

Task<> Configuration::wait_until_idle() {
  const database::TurnQueue::Turn turn = co_await turns_.take();
}

Task<Result<>> Configuration::alone(std::function<Task<Result<>>()> work) {
  if (auto idle = require_idle(); !idle) co_return idle;
  const database::TurnQueue::Turn turn = co_await turns_.take();
  if (auto idle = require_idle(); !idle) co_return idle;
  co_return co_await work();
}

Result<> Configuration::require_idle() const {
  const auto status = database_.change_status();
  if (!status) return {};
  return fail(
      Errc::kConflict,
      fmt::format(
          "another change of the configuration is under way since {}: {} of {} rows are indexed; "
          "wait for it (noded schema status) or withdraw it (noded schema cancel)",
          codec::format_iso(status->begun.time_since_epoch().count()),
          status->rows_done,
          status->rows
      )
  );
}

void Configuration::note_outcome(const Result<>& result) {
  const std::lock_guard lock(mutex_);
  ++outcome_.number;
  outcome_.error = result ? std::nullopt : std::optional(result.error());
}

Configuration::Outcome Configuration::last_outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

}  // namespace noded::system
