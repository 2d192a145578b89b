#include "cli/admin_calls.hpp"

#include "cli/admin_client.hpp"
#include "codec/json.hpp"
#include "node/data_directory.hpp"
#include "node/host_node.hpp"
#include "node/node_options.hpp"
#include "telemetry/log.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace noded::cli {
namespace {

namespace json = boost::json;

// A batch may wait for a full disk's compaction, not for ever.
constexpr std::chrono::minutes kPatience{10};

std::string refusal_of(const http::ClientAnswer& answer) {
  if (answer.status == 404)
    return "no role of this node has entities: it needs the role api, of this version";
  const auto body = codec::parse_json(answer.body, "answer");
  const auto* object = body ? body->if_object() : nullptr;
  const auto* error = object == nullptr ? nullptr : object->if_contains("error");
  if (error == nullptr || !error->is_string())
    return fmt::format("the node answered {}: {}", answer.status, answer.body);
  return std::string(std::string_view(error->get_string()));
}

}  // namespace

Error advised(const Loaded& loaded, Error error) {
  if (error.type != kStoredConfigurationRefused) return error;
  const std::filesystem::path data(loaded.configuration->get(node::kData));
  std::string flags =
      fmt::format(" --data {}", std::filesystem::absolute(data).lexically_normal().string());
  if (!loaded.config_file.empty()) flags += fmt::format(" --config {}", loaded.config_file);
  error.message += fmt::format(
      "\nTo mend it: noded schema print{0} > application.json, correct that file, then: noded "
      "schema "
      "apply --app application.json{0}",
      flags
  );
  return error;
}

Result<> with_offline_node(const Loaded& loaded, const AdminWork& work, Purpose purpose) {
  telemetry::start_log({.level = telemetry::Level::kError, .as_json = false});
  node::HostNode host({
      .options = *loaded.configuration,
      .roles = loaded.roles,
      .is_offline = true,
      .is_for_mending = purpose == Purpose::kMending,
  });
  Result<> done;
  std::thread worker;
  const auto ran = host.run([&](const node::Serving& serving) {
    worker = std::thread([&, socket = serving.admin_socket] {
      done = work(socket);
      host.request_stop();
    });
  });
  if (worker.joinable()) worker.join();
  telemetry::stop_log();
  if (!ran) return std::unexpected(advised(loaded, ran.error()));
  return done;
}

Result<> with_node_running_or_not(const Loaded& loaded, const AdminWork& work, Purpose purpose) {
  const node::DataDirectory data{loaded.configuration->get(node::kData)};
  const auto answer = ask_node(data.admin_socket(), http::Method::kGet, "/livez");
  if (answer) return work(data.admin_socket());
  if (answer.error().code != Errc::kNotFound) return std::unexpected(answer.error());
  return with_offline_node(loaded, work, purpose);
}

Result<json::object> post_to_node(
    const std::filesystem::path& socket, std::string_view target, std::string_view body
) {
  const auto answer = ask_node(socket, http::Method::kPost, target, body, kPatience);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status / 100 != 2) {
    const bool is_refused = answer->status / 100 == 4;
    return fail(
        is_refused ? Errc::kInvalid : Errc::kInternal, refusal_of(*answer), {}, answer->body
    );
  }
  auto parsed = codec::parse_json(answer->body, "answer of the node");
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  if (!parsed->is_object()) return fail(Errc::kInternal, "the answer of the node is no object");
  return std::move(parsed->get_object());
}

}  // namespace noded::cli
