#include "cli/reload_command.hpp"

#include "cli/admin_client.hpp"
#include "cli/exit_code.hpp"
#include "codec/json.hpp"
#include "node/data_directory.hpp"
#include "node/node_options.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

namespace noded::cli {
namespace {

namespace json = boost::json;

// The texts of an array member; empty when there is none.
std::vector<std::string> texts_of(const json::object& answer, std::string_view name) {
  std::vector<std::string> out;
  const json::value* value = answer.if_contains(name);
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return out;
  for (const json::value& text : *array) {
    if (const json::string* string = text.if_string()) out.emplace_back(string->c_str());
  }
  return out;
}

int print_refusal(const json::object& answer) {
  fmt::print(stderr, "noded: nothing was reloaded; the node goes on as before:\n");
  for (const std::string& problem : texts_of(answer, "problems"))
    fmt::print(stderr, "  {}\n", problem);
  return kUsage;
}

int print_changes(const json::object& answer) {
  const auto applied = texts_of(answer, "applied");
  if (applied.empty()) fmt::print("reloaded: nothing has changed\n");
  for (const std::string& name : applied)
    fmt::print("reloaded: {}\n", name);
  return kDone;
}

}  // namespace

int reload_node(const Loaded& loaded) {
  const node::DataDirectory data{loaded.configuration->get(node::kData)};
  const auto answer = ask_node(data.admin_socket(), http::Method::kPost, "/api/admin/reload");
  if (!answer) {
    fmt::print(stderr, "noded: {}\n", answer.error().message);
    return answer.error().code == Errc::kNotFound ? kNotRunning : kFailed;
  }
  const auto body = codec::parse_json(answer->body, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  if (object != nullptr && answer->status == 200) return print_changes(*object);
  if (object != nullptr && answer->status == 422) return print_refusal(*object);
  fmt::print(stderr, "noded: the node answered {}: {}\n", answer->status, answer->body);
  return kFailed;
}

}  // namespace noded::cli
