#include "node/reload.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "telemetry/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <utility>

namespace noded::node {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values)
    out.emplace_back(value);
  return out;
}

json::object changes_json(const ReloadChanges& changes) {
  return {{"applied", texts(changes.applied)}, {"needs_restart", texts(changes.needs_restart)}};
}

json::object problems_json(const config::Problems& problems) {
  json::array lines;
  for (const config::Problem& problem : problems)
    lines.emplace_back(problem.text());
  return {{"error", "nothing was reloaded"}, {"problems", std::move(lines)}};
}

// However a reload ends, the next one may begin.
class Turn {
 public:
  explicit Turn(bool& is_busy) : is_busy_(is_busy) { is_busy_ = true; }
  ~Turn() { is_busy_ = false; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  bool& is_busy_;
};

}  // namespace

Reloader::Reloader(const config::Configuration& started, ReadAgain read_again)
    : in_force_(started), read_again_(std::move(read_again)) {}

void Reloader::add_part(Node::PrepareReload prepare) {
  parts_.push_back(std::move(prepare));
}

std::expected<Reloader::Prepared, config::Problems> Reloader::prepare() const {
  const auto read = read_again_();
  if (!read) return std::unexpected(read.error());
  Prepared prepared{.configuration = in_force_, .changes = {}, .parts = {}};
  for (const OptionDeclaration* option : in_force_.options().in_sections()) {
    // An option of a plug-in that is named no more has no value.
    const bool is_known = (*read)->options().find(option->name) != nullptr;
    const OptionValue& value =
        is_known ? (*read)->value(option->name) : in_force_.value(option->name);
    if (value == in_force_.value(option->name)) continue;
    const bool is_live = option->reload == Reload::kLive;
    auto& names = is_live ? prepared.changes.applied : prepared.changes.needs_restart;
    names.emplace_back(option->name);
    if (is_live) {
      prepared.configuration.set(option->name, value, std::string((*read)->origin(option->name)));
    }
  }
  config::Problems problems;
  for (const Node::PrepareReload& part : parts_) {
    auto apply = part(prepared.configuration);
    if (!apply) {
      problems.push_back({"reload", apply.error().message});
    } else if (*apply) {
      prepared.parts.push_back(std::move(*apply));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return prepared;
}

Task<ReloadOutcome> Reloader::reload(Lane& lane) {
  if (is_busy_) co_return std::unexpected(config::Problems{{"reload", "another one is under way"}});
  const Turn turn(is_busy_);
  std::optional<std::expected<Prepared, config::Problems>> prepared;
  const auto ran = co_await run_on(lane, [this, &prepared] { prepared.emplace(prepare()); });
  if (!ran) co_return std::unexpected(config::Problems{{"reload", ran.error().message}});
  if (!*prepared) co_return std::unexpected(std::move(prepared->error()));
  for (const Node::ApplyReload& apply : (*prepared)->parts)
    apply();
  in_force_ = std::move((*prepared)->configuration);
  co_return std::move((*prepared)->changes);
}

void log_reload(const ReloadOutcome& outcome) {
  telemetry::Fields fields;
  if (!outcome) {
    telemetry::log(
        telemetry::Level::kError,
        "reload refused",
        fields.json_members(codec::to_json_text(problems_json(outcome.error())))
    );
    return;
  }
  const bool is_whole = outcome->needs_restart.empty();
  telemetry::log(
      is_whole ? telemetry::Level::kInfo : telemetry::Level::kWarning,
      is_whole ? "reloaded" : "reloaded; some options need a restart",
      fields.json_members(codec::to_json_text(changes_json(*outcome)))
  );
}

http::Route reload_route(std::function<Task<ReloadOutcome>()> reload) {
  http::Route route{};
  route.method = http::Method::kPost;
  route.pattern = "/api/admin/reload";
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): the router keeps it alive
  route.handler = [reload = std::move(reload)](http::Request& request) -> Task<http::Response> {
    if (!request.from_local_socket) co_return http::answer_refusal(403, "only on the admin socket");
    const ReloadOutcome outcome = co_await reload();
    co_return outcome
        ? http::Response::json(200, codec::to_json_text(changes_json(*outcome)))
        : http::Response::json(422, codec::to_json_text(problems_json(outcome.error())));
  };
  return route;
}

}  // namespace noded::node
