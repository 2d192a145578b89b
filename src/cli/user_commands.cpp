#include "cli/user_commands.hpp"

#include "cli/admin_answer.hpp"
#include "cli/admin_client.hpp"
#include "cli/exit_code.hpp"
#include "cli/password_prompt.hpp"
#include "cli/run_command.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "node/data_directory.hpp"
#include "node/node_options.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::cli {
namespace {

namespace json = boost::json;

Result<std::string> read_password(bool from_stdin) {
  return from_stdin ? read_password_line() : ask_password();
}

// Where the node listens that runs, else where it would.
std::vector<std::string> addresses(const Loaded& loaded) {
  const node::DataDirectory data{loaded.configuration->get(node::kData)};
  const auto answer = ask_node(data.admin_socket(), http::Method::kGet, "/api/admin/status");
  if (!answer) return loaded.configuration->get(node::kListen);
  const auto status = codec::parse_json(answer->body, "status");
  const json::object* object = status ? status->if_object() : nullptr;
  const json::value* running = object == nullptr ? nullptr : object->if_contains("addresses");
  if (running == nullptr || !running->is_array()) return loaded.configuration->get(node::kListen);
  std::vector<std::string> texts;
  for (const json::value& text : running->get_array())
    texts.emplace_back(text.is_string() ? std::string_view(text.get_string()) : "");
  return texts;
}

// "127.0.0.1:1337" as a URL; empty where it is not on this machine, or has no port yet.
std::string local_url(std::string_view text) {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kPlain = "http://";
  const std::string_view scheme = text.starts_with(kTls) ? kTls : kPlain;
  if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kHosts{
      {{"127.0.0.1:", "127.0.0.1:"},
       {"localhost:", "localhost:"},
       {"[::1]:", "[::1]:"},
       {"0.0.0.0:", "127.0.0.1:"},  // that address too
       {"[::]:", "[::1]:"}}
  };
  for (const auto& [host, local] : kHosts) {
    if (!text.starts_with(host) || text == std::string(host) + "0") continue;
    return std::string(scheme).append(local).append(text.substr(host.size()));
  }
  return {};
}

// Of a node that does not know its public one; empty where it listens on other machines' networks
// alone.
std::string local_url(const Loaded& loaded) {
  for (const std::string& text : addresses(loaded)) {
    if (std::string url = local_url(text); !url.empty()) return url;
  }
  return {};
}

std::string user_target(const std::string& email) {
  return "/api/admin/users/" + codec::percent_encode(email);
}

}  // namespace

int create_user(
    const Loaded& loaded,
    const std::string& email,
    const std::string& role,
    bool password_from_stdin
) {
  const auto password = read_password(password_from_stdin);
  if (!password) return print_failure(password.error(), kUsage);
  json::object body{{"email", email}, {"password", *password}};
  if (!role.empty()) body.emplace("role", role);
  const auto answer = ask_or_print(
      loaded, http::Method::kPost, "/api/admin/users", codec::to_json_text(std::move(body))
  );
  if (!answer) return kFailed;
  fmt::print("created {}\n", email);
  return kDone;
}

int list_users(const Loaded& loaded) {
  if (!has_store(loaded)) return kFailed;
  const auto answer = ask_or_print(loaded, http::Method::kGet, "/api/admin/users");
  if (!answer) return kFailed;
  const auto users = list_or_print(*answer, "users");
  if (!users) return kFailed;
  for (const json::value& value : *users) {
    const auto* user = value.if_object();
    if (user == nullptr) continue;
    fmt::print(
        "{:<8} {:<40} {:<16} {}{}\n",
        text_member(*user, "id"),
        text_member(*user, "email"),
        text_member(*user, "role"),
        text_member(*user, "strategy"),
        user->contains("disabled") ? " disabled" : ""
    );
  }
  return kDone;
}

int set_user_password(const Loaded& loaded, const std::string& email, bool password_from_stdin) {
  if (!has_store(loaded)) return kFailed;
  const auto password = read_password(password_from_stdin);
  if (!password) return print_failure(password.error(), kUsage);
  const std::string body = codec::to_json_text(json::object{{"password", *password}});
  if (!ask_or_print(loaded, http::Method::kPatch, user_target(email), body)) return kFailed;
  fmt::print("{} has a new password\n", email);
  return kDone;
}

int set_user_role(const Loaded& loaded, const std::string& email, const std::string& role) {
  if (!has_store(loaded)) return kFailed;
  const std::string body = codec::to_json_text(json::object{{"role", role}});
  if (!ask_or_print(loaded, http::Method::kPatch, user_target(email), body)) return kFailed;
  fmt::print("{} has the role {}\n", email, role);
  return kDone;
}

int act_on_user(
    const Loaded& loaded, const std::string& email, const std::string& act, const char* done
) {
  if (!has_store(loaded)) return kFailed;
  const std::string target = user_target(email) + "/" + act;
  if (!ask_or_print(loaded, http::Method::kPost, target)) return kFailed;
  fmt::print("{} {}\n", email, done);
  return kDone;
}

int make_recovery_link(const Loaded& loaded, const std::string& email) {
  if (!has_store(loaded)) return kFailed;
  const auto answer =
      ask_or_print(loaded, http::Method::kPost, user_target(email) + "/recovery-link");
  if (!answer) return kFailed;
  const auto parsed = codec::parse_json(*answer, "the node's answer");
  if (!parsed || !parsed->is_object()) {
    return print_failure({Errc::kInternal, "the node answered something else", {}, {}});
  }
  const json::object& made = parsed->get_object();
  const std::string link = text_member(made, "link");
  fmt::print("{}{}\n", link.starts_with('/') ? local_url(loaded) : std::string(), link);
  fmt::print(
      stderr,
      "It works once, until {}, and leads to the choice of a new password for {}.\n",
      text_member(made, "expires_at"),
      email
  );
  return kDone;
}

}  // namespace noded::cli
