#include "cli/backup_commands.hpp"

#include "noded/clock.hpp"

#include "cli/elapsed_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/point_in_time.hpp"
#include "cli/run_command.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "node/node_options.hpp"
#include "node/node_secrets.hpp"
#include "node/restore.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace noded::cli {
namespace {

namespace json = boost::json;

// As long as the node gives one backup.
constexpr std::chrono::hours kPatience{24};

int print_failure(const Error& error) {
  fmt::print(stderr, "noded: {}\n", error.message);
  return kFailed;
}

void print_json(json::value value) {
  fmt::print("{}\n", codec::to_json_text(value));
}

std::string absolute(const std::string& path) {
  std::error_code fault;
  const auto whole = std::filesystem::absolute(path, fault);
  return fault ? path : whole.lexically_normal().string();
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kKibibyte = 1024;
  if (bytes < kKibibyte) return fmt::format("{} B", bytes);
  if (bytes < kKibibyte * kKibibyte) return fmt::format("{} KiB", bytes / kKibibyte);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (kKibibyte * kKibibyte));
}

json::object info_json(const storage::BackupInfo& info) {
  if (info.is_damaged) return {{"backup", info.id}, {"damaged", true}};
  return {
      {"backup", info.id},
      {"made_at", codec::format_iso(info.made_at_ms)},
      {"files", info.files},
      {"bytes", info.bytes},
      {"format", info.format},
      {"damaged", false},
  };
}

std::string info_line(const storage::BackupInfo& info) {
  if (info.is_damaged)
    return fmt::format("{:>6}  DAMAGED: its description or a file is missing", info.id);
  return fmt::format(
      "{:>6}  {}  {:>6} files  {:>12}",
      info.id,
      codec::format_iso(info.made_at_ms),
      info.files,
      size_text(info.bytes)
  );
}

int list(const BackupArguments& arguments) {
  const auto infos = node::list_backups(absolute(arguments.directory));
  if (!infos) return print_failure(infos.error());
  json::array array;
  for (const storage::BackupInfo& info : *infos) {
    if (arguments.wants_json) {
      array.push_back(info_json(info));
    } else {
      fmt::print("{}\n", info_line(info));
    }
  }
  if (arguments.wants_json) print_json(std::move(array));
  return kDone;
}

std::uint64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  boost::system::error_code fault;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(fault);
  return fault ? 0 : number;
}

// Where the keys are that the secrets in it need.
void print_key_note(const json::object& made, const BackupArguments& arguments) {
  const json::value* included = made.if_contains("key_included");
  const json::value* file = made.if_contains("key_file");
  if (included == nullptr || !included->is_bool() || file == nullptr || !file->is_string()) return;
  if (included->get_bool()) {
    fmt::print("its keys are in {}/node.keys: keep that directory secret\n", arguments.directory);
  } else {
    fmt::print(
        "its secrets need the key file {}, which is not in it: keep a copy elsewhere\n",
        file->get_string().c_str()
    );
  }
}

int print_made(const http::ClientAnswer& answer, const BackupArguments& arguments) {
  const auto body = codec::parse_json(answer.body, "answer");
  const json::object* made = body ? body->if_object() : nullptr;
  if (made == nullptr) {
    fmt::print(stderr, "noded: the node answered {}: {}\n", answer.status, answer.body);
    return kFailed;
  }
  if (answer.status != 200) {
    const json::value* error = made->if_contains("error");
    const bool has_text = error != nullptr && error->is_string();
    fmt::print(stderr, "noded: {}\n", has_text ? error->get_string().c_str() : answer.body.c_str());
    return answer.status == 409 ? kBusy : kFailed;
  }
  if (arguments.wants_json) {
    fmt::print("{}\n", answer.body);
    return kDone;
  }
  fmt::print(
      "backup {} in {}: {} files, {}, {} of them copied, in {:.1f} s\n",
      number_of(*made, "backup"),
      arguments.directory,
      number_of(*made, "files"),
      size_text(number_of(*made, "bytes")),
      size_text(number_of(*made, "copied_bytes")),
      static_cast<double>(number_of(*made, "milliseconds")) / 1000
  );
  print_key_note(*made, arguments);
  return kDone;
}

using Place = node::BackupKeys::Place;

std::string_view code_of(Place place) {
  switch (place) {
    case Place::kKeyFile:
      return "key_file";
    case Place::kBackups:
      return "backups";
    case Place::kNowhere:
      return "nowhere";
    default:
      return "not_needed";
  }
}

json::object keys_json(const node::BackupKeys& keys) {
  json::array needed;
  for (const SealingKeyId id : keys.needed)
    needed.emplace_back(to_text(id));
  return {{"needed", std::move(needed)}, {"place", code_of(keys.place)}};
}

void print_keys(const node::BackupKeys& keys, const std::string& key_file, const std::string& dir) {
  if (keys.place == Place::kNotNeeded) return;
  std::vector<std::string> names;
  for (const SealingKeyId id : keys.place == Place::kNowhere ? keys.missing : keys.needed)
    names.push_back(to_text(id));
  const std::string needs = fmt::format("its secrets need the key {}", fmt::join(names, ", "));
  if (keys.place == Place::kKeyFile) fmt::print("{}, which is in {}\n", needs, key_file);
  if (keys.place == Place::kBackups) fmt::print("{}, which is in {}/node.keys\n", needs, dir);
  if (keys.place == Place::kNowhere)
    fmt::print("{}, which is neither in {} nor in {}/node.keys\n", needs, key_file, dir);
}

std::string text_of(WallTime time) {
  return codec::format_iso(time.time_since_epoch().count());
}

void print_checked(
    const node::CheckedBackup& checked,
    const node::RestoreWish& wish,
    const RestoreArguments& arguments
) {
  const storage::BackupInfo& info = checked.backup;
  if (arguments.wants_json) {
    json::object out = info_json(info);
    if (checked.oldest) out.emplace("oldest", text_of(*checked.oldest));
    if (checked.keys) out.emplace("keys", keys_json(*checked.keys));
    return print_json(std::move(out));
  }
  fmt::print("backup {} of {} is whole: ", info.id, codec::format_iso(info.made_at_ms));
  fmt::print("{} files, {}\n", info.files, size_text(info.bytes));
  if (checked.keys) print_keys(*checked.keys, wish.key_file.string(), arguments.directory);
  if (!checked.oldest) return;
  fmt::print(
      "records can be restored from it as of any time from {} to {}\n",
      text_of(*checked.oldest),
      codec::format_iso(info.made_at_ms)
  );
}

int check(
    const std::string& backups,
    const node::RestoreWish& wish,
    const Loaded& loaded,
    const RestoreArguments& arguments
) {
  std::optional<ElapsedLine> line(std::in_place, "reading the backup", !arguments.wants_json);
  const auto checked = node::check_backup(backups, wish, loaded.roles);
  line.reset();
  if (!checked) return print_failure(checked.error());
  print_checked(*checked, wish, arguments);
  return kDone;
}

void print_restored(
    const node::RestoredStore& restored,
    const node::RestoreWish& wish,
    const RestoreArguments& arguments
) {
  if (arguments.wants_json) {
    json::object out = info_json(restored.backup);
    out.emplace("store", restored.store.string());
    out.emplace("last_commit", restored.last_commit);
    out.emplace("keys", keys_json(restored.keys));
    if (wish.at) {
      out.emplace("at", text_of(*wish.at));
      out.emplace("taken_back", restored.taken_back);
    }
    return print_json(std::move(out));
  }
  fmt::print(
      "restored backup {} of {} into {}: {} commits\n",
      restored.backup.id,
      codec::format_iso(restored.backup.made_at_ms),
      restored.store.string(),
      restored.last_commit
  );
  print_keys(restored.keys, wish.key_file.string(), arguments.directory);
  if (!wish.at) return;
  fmt::print(
      "records are as of {}: {} taken back; the configuration is that of the backup\n",
      text_of(*wish.at),
      restored.taken_back == 1 ? "1 later change was"
                               : fmt::format("{} later changes were", restored.taken_back)
  );
}

}  // namespace

int back_up(const Loaded& loaded, const BackupArguments& arguments) {
  if (arguments.wants_list) return list(arguments);
  if (!has_store(loaded)) return kFailed;
  json::object wanted{{"directory", absolute(arguments.directory)}};
  if (arguments.keep) wanted.emplace("keep", *arguments.keep);
  if (arguments.with_key) wanted.emplace("with_key", true);
  const std::string body = codec::to_json_text(std::move(wanted));
  std::optional<ElapsedLine> line(std::in_place, "backing up", !arguments.wants_json);
  const auto answer =
      ask_node_or_run_it(loaded, http::Method::kPost, "/api/admin/backup", body, kPatience);
  line.reset();
  return answer ? print_made(*answer, arguments) : print_failure(answer.error());
}

int restore(const Loaded& loaded, const RestoreArguments& arguments) {
  const std::string backups = absolute(arguments.directory);
  const node::DataDirectory data{absolute(loaded.configuration->get(node::kData))};
  node::RestoreWish wish{
      .id = arguments.id,
      .at = {},
      .key_file = node::key_file_of(*loaded.configuration, data),
      .may_lack_keys = arguments.without_key
  };
  if (arguments.at) {
    const auto at = parse_point_in_time(*arguments.at, system_clock().wall());
    if (!at) {
      fmt::print(stderr, "noded: --at: {}\n", at.error().message);
      return kUsage;
    }
    wish.at = *at;
  }
  if (arguments.only_checks) return check(backups, wish, loaded, arguments);
  std::optional<ElapsedLine> line(std::in_place, "restoring", !arguments.wants_json);
  const auto restored =
      node::restore_store(backups, wish, loaded.configuration->get(node::kData), loaded.roles);
  line.reset();
  if (!restored) return print_failure(restored.error());
  print_restored(*restored, wish, arguments);
  return kDone;
}

}  // namespace noded::cli
