#include "cli/audit_command.hpp"

#include "cli/exit_code.hpp"
#include "cli/run_command.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace noded::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours kPatience{1};

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string(value->get_string()) : codec::to_json_text(*value);
}

// The answer's object; what went wrong is printed.
std::optional<json::object> ask(
    const Loaded& loaded, const std::string& target, std::chrono::milliseconds patience
) {
  const auto answer = ask_node_or_run_it(loaded, http::Method::kGet, target, {}, patience);
  if (!answer) {
    fmt::print(stderr, "noded: {}\n", answer.error().message);
    return std::nullopt;
  }
  const auto body = codec::parse_json(answer->body, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  if (answer->status == 200 && object != nullptr) return *object;
  const std::string error = object == nullptr ? std::string() : text_at(*object, "error");
  fmt::print(
      stderr,
      "noded: {}\n",
      answer->status == 404 ? "no role of this node keeps an audit chain"
      : error.empty()       ? fmt::format("the node answered {}: {}", answer->status, answer->body)
                            : error
  );
  return std::nullopt;
}

using Parameters = std::initializer_list<std::pair<std::string_view, const std::string&>>;

void append_parameters(std::string& target, Parameters parameters) {
  for (const auto& [name, text] : parameters) {
    const char separator = target.contains('?') ? '&' : '?';
    if (!text.empty())
      target += fmt::format("{}{}={}", separator, name, codec::percent_encode(text));
  }
}

std::string target_of(const AuditArguments& arguments) {
  std::string target = fmt::format("/api/admin/audit?limit={}", arguments.limit);
  append_parameters(
      target,
      {{"from", arguments.from},
       {"to", arguments.to},
       {"actor", arguments.actor},
       {"action", arguments.action},
       {"target", arguments.target}}
  );
  return target;
}

void print_entry(const json::object& entry) {
  const std::string address = text_at(entry, "actor_ip");
  const std::string actor = text_at(entry, "actor");
  fmt::print(
      "{:>8}  {}  {:<28} {:<22} {:<24} {:<8} {}\n",
      text_at(entry, "seq"),
      text_at(entry, "ts"),
      address.empty() ? actor : actor + " (" + address + ")",
      text_at(entry, "action"),
      text_at(entry, "target"),
      text_at(entry, "result"),
      text_at(entry, "diff")
  );
}

}  // namespace

int list_audit(const Loaded& loaded, const AuditArguments& arguments) {
  if (!has_store(loaded)) return kFailed;
  const auto page = ask(loaded, target_of(arguments), kAdminPatience);
  if (!page) return kFailed;
  const json::value* entries = page->if_contains("entries");
  if (arguments.as_json || entries == nullptr || !entries->is_array()) {
    fmt::print("{}\n", codec::to_json_text(*page));
    return kDone;
  }
  if (entries->get_array().empty()) fmt::print("There are no such entries.\n");
  for (const json::value& entry : entries->get_array()) {
    if (entry.is_object()) print_entry(entry.get_object());
  }
  if (!text_at(*page, "cursor").empty())
    fmt::print("There are older ones: --to the time of the last line, or a higher --limit.\n");
  return kDone;
}

int verify_audit(const Loaded& loaded, const AuditArguments& arguments) {
  if (!has_store(loaded)) return kFailed;
  std::string target = "/api/admin/audit/verify";
  append_parameters(target, {{"from", arguments.from}, {"to", arguments.to}});
  const auto verdict = ask(loaded, target, kPatience);
  if (!verdict) return kFailed;
  const json::value* ok = verdict->if_contains("ok");
  const bool is_whole = ok != nullptr && *ok == true;
  const bool is_span = !arguments.from.empty() || !arguments.to.empty();
  if (arguments.as_json) {
    fmt::print("{}\n", codec::to_json_text(*verdict));
  } else if (is_whole) {
    fmt::print(
        "The audit chain is whole{}: {} entries, the last one has the hash\n{}\n",
        is_span ? " in that time" : "",
        text_at(*verdict, "entries"),
        text_at(*verdict, "head")
    );
    const json::value* checkpoint = verdict->if_contains("signed");
    if (checkpoint != nullptr && checkpoint->is_object()) {
      fmt::print(
          "This node signed it up to entry {}, {}.\n",
          text_at(checkpoint->get_object(), "seq"),
          text_at(checkpoint->get_object(), "ts")
      );
    } else {
      fmt::print("There is no checkpoint yet that signs it: see audit.checkpoint.\n");
    }
  } else {
    fmt::print(
        "The audit chain is broken at entry {}: {}.\n",
        text_at(*verdict, "broken"),
        text_at(*verdict, "reason")
    );
  }
  return is_whole ? kDone : kFailed;
}

}  // namespace noded::cli
