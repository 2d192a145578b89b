#include "cli/run_command.hpp"

#include "cli/admin_calls.hpp"
#include "cli/exit_code.hpp"
#include "node/data_directory.hpp"
#include "node/host_node.hpp"
#include "node/node_options.hpp"
#include "node/version.hpp"
#include "telemetry/log.hpp"
#include "telemetry/log_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

namespace noded::cli {
namespace {

void print_screen(const Loaded& loaded, const node::Serving& serving) {
  fmt::print("\nnoded {}\n\n", node::version());
  for (const std::string& url : serving.urls)
    fmt::print("  {:<8} {}\n", "address", url);
  for (const RoleDescriptor* role : loaded.roles)
    fmt::print("  {:<8} {}: {}\n", "role", role->name, role->sentence);
  fmt::print("  {:<8} {}\n", "data", serving.admin_socket.parent_path().string());
  if (!serving.announcements.empty()) fmt::print("\n");
  for (const std::string& line : serving.announcements)
    fmt::print("  {}\n", line);
  fmt::print("\nCtrl-C stops the node.\n\n");
}

// The plain lines on standard output are for programs that started the node; the screen is for
// people. An announcement may hold a one-time code: it goes to whoever started the node, never to
// the log.
void tell_start(const Loaded& loaded, const node::Serving& serving) {
  const bool is_terminal = ::isatty(STDOUT_FILENO) != 0;
  if (is_terminal) print_screen(loaded, serving);
  for (const std::string& url : serving.urls)
    fmt::print("listening on {}\n", url);
  if (!is_terminal) {
    for (const std::string& line : serving.announcements)
      fmt::print("{}\n", line);
  }
  std::fflush(stdout);
}

}  // namespace

int run_node(const Loaded& loaded, node::ReadAgain read_again) {
  auto notifier = runtime::ServiceNotifier::take_from_environment();
  auto sockets = runtime::take_passed_sockets();
  if (!sockets) {
    fmt::print(stderr, "noded: {}\n", sockets.error().message);
    return kUsage;
  }
  telemetry::start_log(telemetry::make_log_setup(*loaded.configuration));
  node::HostNode host({
      .options = *loaded.configuration,
      .roles = loaded.roles,
      .read_again = std::move(read_again),
      .notifier = std::move(notifier),
      .sockets = std::move(*sockets),
  });
  const auto ran =
      host.run([&loaded](const node::Serving& serving) { tell_start(loaded, serving); });
  telemetry::stop_log();
  if (ran) return kDone;
  fmt::print(stderr, "noded: {}\n", advised(loaded, ran.error()).message);
  return ran.error().code == Errc::kInvalid ? kUsage : kFailed;
}

Result<http::ClientAnswer> ask_node_or_run_it(
    const Loaded& loaded,
    http::Method method,
    std::string_view target,
    std::string_view body,
    std::chrono::milliseconds patience
) {
  const node::DataDirectory data{loaded.configuration->get(node::kData)};
  auto answer = ask_node(data.admin_socket(), method, target, body, patience);
  if (answer || answer.error().code != Errc::kNotFound) return answer;
  telemetry::start_log({.level = telemetry::Level::kError, .as_json = false});
  node::HostNode host({.options = *loaded.configuration, .roles = loaded.roles, .is_offline = true}
  );
  std::thread client;
  const auto ran = host.run([&](const node::Serving& serving) {
    client = std::thread([&, socket = serving.admin_socket] {
      answer = ask_node(socket, method, target, body, patience);
      host.request_stop();
    });
  });
  if (client.joinable()) client.join();
  telemetry::stop_log();
  if (!ran) return std::unexpected(advised(loaded, ran.error()));
  return answer;
}

}  // namespace noded::cli
