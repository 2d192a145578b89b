#include "cli/admin_answer.hpp"

#include "cli/run_command.hpp"
#include "codec/json.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace noded::cli {
namespace {

namespace json = boost::json;

// A line for each of [{"path","message"}]; empty when there are none.
std::string lines_of(const json::object& object) {
  const json::value* details = object.if_contains("details");
  if (details == nullptr || !details->is_array()) return {};
  std::string lines;
  for (const json::value& detail : details->get_array()) {
    if (!detail.is_object()) continue;
    const std::string path = text_member(detail.get_object(), "path");
    lines += "\n  " + (path.empty() ? path : path + ": ");
    lines += text_member(detail.get_object(), "message");
  }
  return lines;
}

// The text of {"error":text} or {"error":title,"message":text,"details":[…]}; the whole body when
// it is something else.
std::string refusal_text(const http::ClientAnswer& answer) {
  const auto body = codec::parse_json(answer.body, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  for (const char* name : {"message", "error"}) {
    const json::value* text = object == nullptr ? nullptr : object->if_contains(name);
    if (text != nullptr && text->is_string())
      return std::string(text->get_string().c_str()) + lines_of(*object);
  }
  return fmt::format("the node answered {}: {}", answer.status, answer.body);
}

}  // namespace

int print_failure(const Error& error, int code) {
  fmt::print(stderr, "noded: {}\n", error.message);
  return code;
}

std::optional<std::string> ask_or_print(
    const Loaded& loaded, http::Method method, std::string_view target, std::string_view body
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

std::optional<json::array> list_or_print(const std::string& answer, std::string_view name) {
  auto body = codec::parse_json(answer, "answer");
  json::object* object = body ? body->if_object() : nullptr;
  json::value* list = object == nullptr ? nullptr : object->if_contains(name);
  if (list != nullptr && list->is_array()) return std::move(list->get_array());
  fmt::print(stderr, "noded: the node sent no list of {}\n", name);
  return std::nullopt;
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return "-";
  return value->is_string() ? std::string(value->get_string().c_str())
                            : codec::to_json_text(*value);
}

}  // namespace noded::cli
