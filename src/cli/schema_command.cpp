#include "cli/schema_command.hpp"

#include "cli/admin_calls.hpp"
#include "cli/admin_client.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress_bar.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>
#include <utility>

namespace noded::cli {
namespace {

namespace json = boost::json;
using http::ClientAnswer;
using http::Method;

constexpr std::string_view kRoutes = "/api/admin/schema/";
constexpr std::size_t kMaxFile = std::size_t{4} << 20;
constexpr std::chrono::milliseconds kBetweenLooks{200};
constexpr std::chrono::hours kPatienceToCancel{24};

Result<std::string> read_application(const Loaded& loaded) {
  const std::string name = application_file(loaded);
  if (name.empty()) return fail(Errc::kInvalid, "name the file with the configuration: --app FILE");
  std::ifstream stream(name, std::ios::binary);
  if (!stream) return fail(Errc::kNotFound, fmt::format("cannot open {}", name));
  std::string text(kMaxFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return fail(Errc::kUnavailable, fmt::format("cannot read {}", name));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxFile)
    return fail(Errc::kTooLarge, fmt::format("{} is larger than 4 MiB", name));
  return text;
}

int print_failure(const Error& error) {
  fmt::print(stderr, "noded: {}\n", error.message);
  return error.code == Errc::kConflict ? kBusy : kFailed;
}

// {"error":text}, or whatever came instead. kConflict: another change is under way.
Error refusal_of(const ClientAnswer& answer) {
  if (answer.status == 404)
    return {Errc::kNotFound, "no role of this node has a configuration", {}, {}};
  const auto body = codec::parse_json(answer.body, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  const json::value* error = object == nullptr ? nullptr : object->if_contains("error");
  if (error != nullptr && error->is_string()) {
    const Errc code = answer.status == 409 ? Errc::kConflict : Errc::kInvalid;
    return {code, std::string(error->get_string()), {}, {}};
  }
  return {
      Errc::kInternal, fmt::format("the node answered {}: {}", answer.status, answer.body), {}, {}
  };
}

void print_answer(const std::string& body, const std::string& lines, bool as_json) {
  fmt::print("{}", as_json || lines.empty() ? body + "\n" : lines);
  std::fflush(stdout);
}

bool has_obstacles(const ClientAnswer& answer) {
  const auto body = codec::parse_json(answer.body, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  const json::value* obstacles = object == nullptr ? nullptr : object->if_contains("obstacles");
  return obstacles != nullptr && obstacles->is_array() && !obstacles->get_array().empty();
}

// One request, answered by the node that runs or by one that runs for it.
Result<ClientAnswer> ask_once(
    const Loaded& loaded,
    Method method,
    std::string_view route,
    std::string_view body,
    std::chrono::milliseconds patience
) {
  ClientAnswer answer;
  const auto asked = with_node_running_or_not(
      loaded,
      [&](const std::filesystem::path& socket) -> Result<> {
        auto got = ask_node(socket, method, std::string(kRoutes).append(route), body, patience);
        if (!got) return std::unexpected(std::move(got.error()));
        answer = std::move(*got);
        return {};
      },
      Purpose::kMending
  );
  if (!asked) return std::unexpected(asked.error());
  return answer;
}

std::uint64_t number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

// Why it is not in force, or the empty text. Errors: the node is gone.
Result<std::string> watch_change(const std::filesystem::path& socket, std::uint64_t rows) {
  ProgressBar bar(rows);
  while (true) {
    const auto answer = ask_node(socket, Method::kGet, std::string(kRoutes).append("status"));
    if (!answer) {
      return fail(
          Errc::kUnavailable,
          answer.error().message + "; the change goes on at the node's next start"
      );
    }
    const auto body = codec::parse_json(answer->body, "answer");
    const json::object* status = body ? body->if_object() : nullptr;
    const json::value* running = status == nullptr ? nullptr : status->if_contains("running");
    if (running == nullptr || !running->is_bool()) return std::unexpected(refusal_of(*answer));
    if (!running->get_bool()) {
      const json::value& error = status->at("last").at("error");
      return error.is_string() ? std::string(error.get_string()) : std::string();
    }
    const std::uint64_t done = number_at(*status, "rows_done");
    if (done >= bar.done()) bar.advance("indexing", done - bar.done());
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

// The rest of apply once the node has taken the configuration.
Result<int> follow(const std::filesystem::path& socket, const ClientAnswer& begun, bool as_json) {
  if (!as_json) print_answer(begun.body, plan_screen(begun.body), false);
  const auto plan = codec::parse_json(begun.body, "answer");
  const json::object* object = plan ? plan->if_object() : nullptr;
  const auto outcome = watch_change(socket, object == nullptr ? 0 : number_at(*object, "rows"));
  if (!outcome) return std::unexpected(outcome.error());
  if (!outcome->empty()) return fail(Errc::kInvalid, "nothing was changed: " + *outcome);
  if (as_json) {
    print_answer(begun.body, {}, true);
  } else {
    fmt::print("The configuration is in force.\n");
  }
  return kDone;
}

Result<int> apply_at(
    const std::filesystem::path& socket, const std::string& application, bool as_json
) {
  const auto answer =
      ask_node(socket, Method::kPost, std::string(kRoutes).append("apply"), application);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 202) return follow(socket, *answer, as_json);
  const bool is_plan = answer->status == 200 || has_obstacles(*answer);
  if (!is_plan) return std::unexpected(refusal_of(*answer));
  print_answer(answer->body, plan_screen(answer->body), as_json);
  return answer->status == 200 ? kDone : kFailed;
}

// For who edits it.
void append_indented(std::string& out, const json::value& value, std::size_t depth) {
  const auto append = [&](const auto& members, char open, char close, auto append_one) {
    out += open;
    for (const auto& member : members) {
      out += out.back() == open ? "\n" : ",\n";
      out.append(2 * (depth + 1), ' ');
      append_one(member);
    }
    out.append("\n").append(2 * depth, ' ');
    out += close;
  };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    append(*object, '{', '}', [&](const auto& member) {
      codec::append_json_string(out, member.key());
      out += ": ";
      append_indented(out, member.value(), depth + 1);
    });
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    append(*array, '[', ']', [&](const json::value& element) {
      append_indented(out, element, depth + 1);
    });
  } else {
    codec::append_json(out, value);
  }
}

}  // namespace

int print_schema(const Loaded& loaded) {
  if (!has_store(loaded)) return kFailed;
  const auto answer = ask_once(loaded, Method::kGet, "stored", {}, kAdminPatience);
  if (!answer) return print_failure(answer.error());
  if (answer->status != 200) return print_failure(refusal_of(*answer));
  const auto stored = codec::parse_json(answer->body, "answer");
  if (!stored) return print_failure(stored.error());
  std::string out;
  append_indented(out, *stored, 0);
  fmt::print("{}\n", out);
  return kDone;
}

int plan_schema(const Loaded& loaded, bool as_json) {
  if (!has_store(loaded)) return kFailed;
  const auto application = read_application(loaded);
  if (!application) {
    print_failure(application.error());
    return kUsage;
  }
  const auto answer = ask_once(loaded, Method::kPost, "plan", *application, kAdminPatience);
  if (!answer) return print_failure(answer.error());
  if (answer->status != 200) return print_failure(refusal_of(*answer));
  print_answer(answer->body, plan_screen(answer->body), as_json);
  if (has_obstacles(*answer)) return kFailed;
  const auto plan = codec::parse_json(answer->body, "answer");
  const json::object* object = plan ? plan->if_object() : nullptr;
  const json::value* changes = object == nullptr ? nullptr : object->if_contains("changes");
  return changes != nullptr && *changes == false ? kDone : kChanges;
}

int apply_schema(const Loaded& loaded, bool as_json) {
  if (!has_store(loaded)) return kFailed;
  const auto application = read_application(loaded);
  if (!application) {
    print_failure(application.error());
    return kUsage;
  }
  int code = kFailed;
  const auto done = with_node_running_or_not(
      loaded,
      [&](const std::filesystem::path& socket) -> Result<> {
        const auto applied = apply_at(socket, *application, as_json);
        if (!applied) return std::unexpected(applied.error());
        code = *applied;
        return {};
      },
      Purpose::kMending
  );
  return done ? code : print_failure(done.error());
}

int show_schema_change(const Loaded& loaded, bool as_json) {
  if (!has_store(loaded)) return kFailed;
  const auto answer = ask_once(loaded, Method::kGet, "status", {}, kAdminPatience);
  if (!answer) return print_failure(answer.error());
  if (answer->status != 200) return print_failure(refusal_of(*answer));
  print_answer(answer->body, change_screen(answer->body), as_json);
  return kDone;
}

int cancel_schema_change(const Loaded& loaded, bool as_json) {
  if (!has_store(loaded)) return kFailed;
  const auto answer = ask_once(loaded, Method::kPost, "cancel", {}, kPatienceToCancel);
  if (!answer) return print_failure(answer.error());
  if (answer->status != 200) {
    print_failure(refusal_of(*answer));
    return kFailed;  // 409 means that there is nothing to cancel
  }
  const bool is_cancelled = answer->body.contains("\"cancelled\":true");
  print_answer(
      answer->body,
      is_cancelled ? "The change was withdrawn.\n" : "It was too late: the change is in force.\n",
      as_json
  );
  return is_cancelled ? kDone : kFailed;
}

}  // namespace noded::cli
