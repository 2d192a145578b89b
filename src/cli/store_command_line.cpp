#include "cli/store_command_line.hpp"

#include "cli/doctor_command.hpp"
#include "cli/schema_command.hpp"
#include "cli/secrets_command.hpp"

namespace noded::cli {

void StoreCommandLine::add_backup() {
  CLI::App& command = frame_.add_node_command(
      frame_.program(),
      "backup",
      "copy the store into a directory, whether the node runs or not; a further backup there "
      "copies only what changed",
      [this](const Loaded& loaded) { return back_up(loaded, backup_); }
  );
  command.add_option("DIR", backup_.directory, "directory of the backups")->required();
  CLI::Option* keep =
      command.add_option("--keep", backup_.keep, "remove older backups until N are left")
          ->type_name("N")
          ->check(CLI::Range(1, 100'000));
  CLI::Option* with_key = command.add_flag(
      "--with-key",
      backup_.with_key,
      "also copy the key file: who has the directory can then read the secrets"
  );
  command.add_flag("--list", backup_.wants_list, "only list the backups there")
      ->excludes(keep)
      ->excludes(with_key);
  command.add_flag("--json", backup_.wants_json, "as JSON");
  frame_.add_node_flags(command);
}

void StoreCommandLine::add_restore() {
  CLI::App& command = frame_.add_node_command(
      frame_.program(),
      "restore",
      "copy the store from a backup into a data directory without one",
      [this](const Loaded& loaded) { return restore(loaded, restore_); }
  );
  command.add_option("DIR", restore_.directory, "directory of the backups")->required();
  command.add_option("--backup", restore_.id, "number of the backup; without it the newest")
      ->type_name("ID");
  command
      .add_option(
          "--at",
          restore_.at,
          "records as they were then: 2026-11-21T12:00:00Z or \"10m ago\"; needs a backup made "
          "later than that"
      )
      ->type_name("TIME");
  command.add_flag("--check", restore_.only_checks, "only compare the backup with its checksums");
  command.add_flag(
      "--without-key",
      restore_.without_key,
      "restore although a key that its secrets need is not there; it has to be before a start"
  );
  command.add_flag("--json", restore_.wants_json, "as JSON");
  frame_.add_node_flags(command);
}

void StoreCommandLine::add_doctor() {
  CLI::App& command = frame_.add_node_command(
      frame_.program(),
      "doctor",
      "whether data directory and records are in order, whether the node runs or not",
      [this](const Loaded& loaded) { return examine_node(loaded, wants_repair_, wants_json_); }
  );
  command.add_flag(
      "--repair", wants_repair_, "mend index entries, kept counts and identifiers that are wrong"
  );
  command.add_flag("--json", wants_json_, "as JSON");
  frame_.add_node_flags(command);
}

void StoreCommandLine::add_schema() {
  CLI::App& group = frame_.add_group(
      "schema", "change the application's configuration, whether the node runs or not"
  );
  const auto add = [&](const std::string& name, const std::string& what, auto action) {
    CLI::App& command =
        frame_.add_node_command(group, name, what, [this, action](const Loaded& loaded) {
          return action(loaded, wants_json_);
        });
    command.add_flag("--json", wants_json_, "as JSON");
    frame_.add_node_flags(command);
  };
  CLI::App& print = frame_.add_node_command(
      group,
      "print",
      "the configuration that there is, without secrets, as plan and apply take it",
      print_schema
  );
  frame_.add_node_flags(print);
  add("plan",
      "what it takes to put the file of --app in force; exit code 4: there are changes to make",
      plan_schema);
  add("apply", "put the file of --app in force; goes on when this command is gone", apply_schema);
  add("status", "how far the running change is, and how the last one ended", show_schema_change);
  add("cancel", "withdraw the running change as a whole", cancel_schema_change);
}

void StoreCommandLine::add_secrets() {
  CLI::App& group = frame_.add_group(
      "secrets", "the keys under which the store's secrets are sealed, whether the node runs or not"
  );
  CLI::App& status = frame_.add_node_command(
      group,
      "status",
      "which keys there are and what they seal",
      [this](const Loaded& loaded) { return show_secrets(loaded, wants_json_); }
  );
  CLI::App& rotate = frame_.add_node_command(
      group,
      "rotate",
      "make a new key, seal everything anew under it and remove the old ones; backups made before "
      "need those",
      [this](const Loaded& loaded) { return rotate_secrets(loaded, keeps_old_keys_, wants_json_); }
  );
  rotate.add_flag("--keep-old", keeps_old_keys_, "leave the old keys in the key file");
  for (CLI::App* command : {&status, &rotate}) {
    command->add_flag("--json", wants_json_, "as JSON");
    frame_.add_node_flags(*command);
  }
}

}  // namespace noded::cli
