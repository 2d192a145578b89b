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

json::object changes_json(const std::vector<std::string>& changed) {
  return {{"applied", texts(changed)}};
}

json::object problems_json(const config::Problems& problems) {
  json::array lines;
  for (const config::Problem& problem : problems)
    lines.emplace_back(problem.text());
  return {{"error", "nothing was reloaded"}, {"problems", std::move(lines)}};
}

config::Problem needs_restart(std::string_view option, std::string_view origin) {
  // A default stands nowhere: the option was taken out of where it stood.
  return {
      std::string(origin == "default" ? "reload" : origin),
      std::string(option) + " has changed, which needs a restart"
  };
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
  Prepared prepared{.configuration = in_force_, .changed = {}, .parts = {}};
  config::Problems problems;
  for (const OptionDeclaration* option : in_force_.options().in_sections()) {
    // An option of a plug-in that is named no more has no value.
    const bool is_known = (*read)->options().find(option->name) != nullptr;
    const OptionValue& value =
        is_known ? (*read)->value(option->name) : in_force_.value(option->name);
    if (value == in_force_.value(option->name)) continue;
    const std::string_view origin = (*read)->origin(option->name);
    if (option->reload == Reload::kRestart) {
      problems.push_back(needs_restart(option->name, origin));
    } else {
      prepared.changed.emplace_back(option->name);
      prepared.configuration.set(option->name, value, std::string(origin));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
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
  co_return std::move((*prepared)->changed);
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
  telemetry::log(
      telemetry::Level::kInfo,
      "reloaded",
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
