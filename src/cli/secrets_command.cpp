#include "cli/secrets_command.hpp"

#include "cli/exit_code.hpp"
#include "cli/run_command.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace noded::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours kPatience{1};

std::string_view text_of(const json::value& value) {
  const json::string& text = value.as_string();
  return {text.data(), text.size()};
}

std::uint64_t number_at(const json::object& object, std::string_view name) {
  return object.at(name).to_number<std::uint64_t>();
}

std::string refusal_of(const http::ClientAnswer& answer) {
  if (answer.status == 404) return "no role of this node keeps secrets";
  const auto body = codec::parse_json(answer.body, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  const json::value* error = object == nullptr ? nullptr : object->if_contains("error");
  if (error != nullptr && error->is_string()) return std::string(text_of(*error));
  return fmt::format("the node answered {}: {}", answer.status, answer.body);
}

std::string state_screen(const json::object& state) {
  std::string out = fmt::format("  {:<10} {}\n", "key file", text_of(state.at("key_file")));
  for (const json::value& key : state.at("keys").as_array()) {
    const json::object& shown = key.as_object();
    out += fmt::format(
        "  {:<10} {}, opens {} of {} records{}\n",
        "key",
        text_of(shown.at("id")),
        number_at(shown, "records"),
        number_at(state, "records"),
        shown.at("seals").as_bool() ? ", seals" : ""
    );
  }
  const std::uint64_t missing = number_at(state, "missing");
  if (missing > 0)
    out += fmt::format("  ! {} records need a key that is not in the file\n", missing);
  return out;
}

std::string rotation_screen(const json::object& answer) {
  const std::uint64_t sealed = number_at(answer, "sealed");
  std::string out =
      fmt::format("Sealed {} record{} under a new key.\n", sealed, sealed == 1 ? "" : "s");
  for (const json::value& id : answer.at("removed").as_array()) {
    out += fmt::format(
        "The key {} is gone from the file. Backups made before need it: to restore one, put a copy "
        "of the file as it was in place.\n",
        text_of(id)
    );
  }
  return out + state_screen(answer);
}

int print_answer(
    const Result<http::ClientAnswer>& answer,
    bool as_json,
    std::string (*screen)(const json::object&)
) {
  if (!answer) {
    fmt::print(stderr, "noded: {}\n", answer.error().message);
    return kFailed;
  }
  if (answer->status != 200) {
    fmt::print(stderr, "noded: {}\n", refusal_of(*answer));
    return answer->status == 409 ? kBusy : kFailed;
  }
  if (as_json) {
    fmt::print("{}\n", answer->body);
    return kDone;
  }
  const auto body = codec::parse_json(answer->body, "answer");
  try {
    fmt::print("{}", screen(body.value().as_object()));
  } catch (const std::exception&) {  // members are missing: the node is of another version
    fmt::print("{}\n", answer->body);
  }
  return kDone;
}

}  // namespace

int show_secrets(const Loaded& loaded, bool as_json) {
  if (!has_store(loaded)) return kFailed;
  const auto answer = ask_node_or_run_it(loaded, http::Method::kGet, "/api/admin/secrets");
  return print_answer(answer, as_json, state_screen);
}

int rotate_secrets(const Loaded& loaded, bool keeps_old, bool as_json) {
  if (!has_store(loaded)) return kFailed;
  const std::string body = codec::to_json_text(json::object{{"keep_old", keeps_old}});
  const auto answer =
      ask_node_or_run_it(loaded, http::Method::kPost, "/api/admin/secrets/rotate", body, kPatience);
  return print_answer(answer, as_json, rotation_screen);
}

}  // namespace noded::cli
