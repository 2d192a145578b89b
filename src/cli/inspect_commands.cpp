#include "cli/inspect_commands.hpp"

#include "cli/admin_client.hpp"
#include "cli/exit_code.hpp"
#include "codec/json.hpp"
#include "node/data_directory.hpp"
#include "node/node_options.hpp"

#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>

namespace noded::cli {
namespace {

namespace json = boost::json;

Result<http::ClientAnswer> ask(const Loaded& loaded, std::string_view target) {
  const node::DataDirectory data{loaded.configuration->get(node::kData)};
  return ask_node(data.admin_socket(), http::Method::kGet, target);
}

int print_failure(const Error& error) {
  fmt::print(stderr, "noded: {}\n", error.message);
  return error.code == Errc::kNotFound ? kNotRunning : kFailed;
}

std::string_view text_of(const json::value& value) {
  const auto* text = value.if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

std::int64_t number_of(const json::value& value) {
  boost::system::error_code fault;
  const auto number = value.to_number<std::int64_t>(fault);
  return fault ? 0 : number;
}

std::string joined(const json::value& texts) {
  std::string out;
  for (const json::value& text : texts.as_array()) {
    if (!out.empty()) out += ", ";
    out += text_of(text);
  }
  return out.empty() ? "none" : out;
}

std::string size_text(std::int64_t bytes) {
  static constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < std::size(kUnits); ++unit)
    size /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string duration_text(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86'400, seconds / 3600 % 24);
}

std::string lane_text(const json::value& lane) {
  return fmt::format(
      "{} running, {} of {} waiting, {} done, {} refused",
      number_of(lane.at("running")),
      number_of(lane.at("queued")),
      number_of(lane.at("queue_limit")),
      number_of(lane.at("finished")),
      number_of(lane.at("refused"))
  );
}

std::string store_text(const json::value& store) {
  std::string out = fmt::format(
      "{}, {} free, durability {}, {} commits",
      size_text(number_of(store.at("stored_bytes"))),
      size_text(number_of(store.at("free_bytes"))),
      text_of(store.at("durability")),
      number_of(store.at("last_commit"))
  );
  if (text_of(store.at("durability")) != "synced") out += "  ! writes may be lost in a power cut";
  if (!store.at("writable").as_bool())
    out += fmt::format("  ! takes no writes: {}", text_of(store.at("reason")));
  return out;
}

// Empty while nothing changes.
std::string change_text(const json::value& schema) {
  if (!schema.at("running").as_bool()) return {};
  const std::string_view waits_for = text_of(schema.at("waits_for"));
  return fmt::format(
      "changing, {} of {} rows are indexed{}{}",
      number_of(schema.at("rows_done")),
      number_of(schema.at("rows")),
      waits_for.empty() ? "" : "; waits: ",
      waits_for
  );
}

std::string feed_text(const json::value& feed) {
  std::string out = fmt::format(
      "{} of {}", size_text(number_of(feed.at("bytes"))), size_text(number_of(feed.at("max_bytes")))
  );
  if (const json::value& age = feed.at("oldest_seconds"); !age.is_null())
    out += fmt::format(", oldest change {} ago", duration_text(number_of(age)));
  const std::int64_t horizon = number_of(feed.at("horizon"));
  if (horizon > 1) out += fmt::format(", trimmed up to commit {}", horizon - 1);
  return out;
}

std::string screen(const json::value& status) {
  std::string out;
  const auto line = [&out](std::string_view name, std::string_view text) {
    out += fmt::format("{:<12} {}\n", name, text);
  };
  const std::string_view commit = text_of(status.at("commit"));
  line(
      "version",
      fmt::format("{}{}{}", text_of(status.at("version")), commit.empty() ? "" : " ", commit)
  );
  line(
      "process",
      fmt::format(
          "{}, up {}",
          number_of(status.at("pid")),
          duration_text(number_of(status.at("uptime_seconds")))
      )
  );
  line("state", status.at("ready").as_bool() ? "ready" : "NOT READY");
  for (const json::value& reason : status.at("reasons").as_array()) {
    line("", fmt::format("{}: {}", text_of(reason.at("probe")), text_of(reason.at("reason"))));
  }
  line("roles", joined(status.at("roles")));
  line("addresses", joined(status.at("addresses")));
  line("data", text_of(status.at("data")));
  line("requests", fmt::format("{}", number_of(status.at("requests"))));
  line("connections", fmt::format("{}", number_of(status.at("connections"))));
  line("store", store_text(status.at("store")));
  if (const auto* feed = status.as_object().if_contains("feed")) line("feed", feed_text(*feed));
  if (const auto* schema = status.as_object().if_contains("schema")) {
    if (const std::string text = change_text(*schema); !text.empty()) line("schema", text);
  }
  for (const json::value& lane : status.at("lanes").as_array()) {
    line(fmt::format("{} lane", text_of(lane.at("name"))), lane_text(lane));
  }
  line("memory", size_text(number_of(status.at("resident_bytes"))));
  const std::int64_t dropped = number_of(status.at("dropped_log_lines"));
  if (dropped > 0) line("log", fmt::format("! {} lines dropped", dropped));
  return out;
}

}  // namespace

std::string status_screen(std::string_view status_json) {
  const auto status = codec::parse_json(status_json, "status");
  if (!status) return {};
  try {
    return screen(*status);
  } catch (const std::exception&) {  // members are missing: the node is of another version
    return {};
  }
}

int show_health(const Loaded& loaded) {
  const auto answer = ask(loaded, "/readyz");
  if (!answer) return print_failure(answer.error());
  fmt::print("{}\n", answer->body);
  return answer->status == 200 ? kDone : kFailed;
}

int show_status(const Loaded& loaded, bool as_json) {
  const auto answer = ask(loaded, "/api/admin/status");
  if (!answer) return print_failure(answer.error());
  if (answer->status != 200) {
    fmt::print(stderr, "noded: the node answered {}: {}\n", answer->status, answer->body);
    return kFailed;
  }
  const std::string lines = as_json ? std::string() : status_screen(answer->body);
  fmt::print("{}", lines.empty() ? answer->body + "\n" : lines);
  return kDone;
}

}  // namespace noded::cli
