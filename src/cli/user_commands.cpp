#include "cli/user_commands.hpp"

#include "cli/exit_code.hpp"
#include "cli/password_prompt.hpp"
#include "cli/run_command.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "node/node_options.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <utility>

namespace noded::cli {
namespace {

namespace json = boost::json;

int print_failure(const Error& error, int code = kFailed) {
  fmt::print(stderr, "noded: {}\n", error.message);
  return code;
}

Result<std::string> read_password(bool from_stdin) {
  return from_stdin ? read_password_line() : ask_password();
}

// The text of {"error": text}; the whole body when it is something else.
std::string refusal_text(const http::ClientAnswer& answer) {
  const auto body = codec::parse_json(answer.body, "answer");
  const auto* object = body ? body->if_object() : nullptr;
  const auto* error = object == nullptr ? nullptr : object->if_contains("error");
  if (error == nullptr || !error->is_string())
    return fmt::format("the node answered {}: {}", answer.status, answer.body);
  return std::string(error->get_string().c_str());
}

// The body of a 2xx answer; what went wrong is printed.
std::optional<std::string> ask_or_print(
    const Loaded& loaded, http::Method method, std::string_view target, std::string_view body = {}
) {
  const auto answer = ask_node_or_run_it(loaded, method, target, body);
  if (!answer) {
    print_failure(answer.error());
    return std::nullopt;
  }
  if (answer->status / 100 == 2) return answer->body;
  fmt::print(stderr, "noded: {}\n", refusal_text(*answer));
  return std::nullopt;
}

std::string user_target(const std::string& email) {
  return "/api/admin/users/" + codec::percent_encode(email);
}

std::string text_member(const json::object& user, std::string_view name) {
  const json::value* value = user.if_contains(name);
  if (value == nullptr || value->is_null()) return "-";
  return value->is_string() ? std::string(value->get_string().c_str())
                            : codec::to_json_text(*value);
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
  if (!has_data_directory(loaded)) return kFailed;
  const auto answer = ask_or_print(loaded, http::Method::kGet, "/api/admin/users");
  if (!answer) return kFailed;
  const auto body = codec::parse_json(*answer, "answer");
  const auto* object = body ? body->if_object() : nullptr;
  const auto* users = object == nullptr ? nullptr : object->if_contains("users");
  if (users == nullptr || !users->is_array()) {
    fmt::print(stderr, "noded: the node sent no list of users\n");
    return kFailed;
  }
  for (const json::value& value : users->get_array()) {
    const auto* user = value.if_object();
    if (user == nullptr) continue;
    fmt::print(
        "{:<8} {:<40} {:<16} {}\n",
        text_member(*user, "id"),
        text_member(*user, "email"),
        text_member(*user, "role"),
        text_member(*user, "strategy")
    );
  }
  return kDone;
}

int set_user_password(const Loaded& loaded, const std::string& email, bool password_from_stdin) {
  if (!has_data_directory(loaded)) return kFailed;
  const auto password = read_password(password_from_stdin);
  if (!password) return print_failure(password.error(), kUsage);
  const std::string body = codec::to_json_text(json::object{{"password", *password}});
  if (!ask_or_print(loaded, http::Method::kPatch, user_target(email), body)) return kFailed;
  fmt::print("{} has a new password\n", email);
  return kDone;
}

int set_user_role(const Loaded& loaded, const std::string& email, const std::string& role) {
  if (!has_data_directory(loaded)) return kFailed;
  const std::string body = codec::to_json_text(json::object{{"role", role}});
  if (!ask_or_print(loaded, http::Method::kPatch, user_target(email), body)) return kFailed;
  fmt::print("{} has the role {}\n", email, role);
  return kDone;
}

}  // namespace noded::cli
