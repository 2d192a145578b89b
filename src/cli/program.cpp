#include "cli/program.hpp"

#include "cli/backup_commands.hpp"
#include "cli/command_tree.hpp"
#include "cli/config_commands.hpp"
#include "cli/doctor_command.hpp"
#include "cli/document_commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/import_bknd_command.hpp"
#include "cli/inspect_commands.hpp"
#include "cli/line_export.hpp"
#include "cli/line_import.hpp"
#include "cli/loaded.hpp"
#include "cli/reload_command.hpp"
#include "cli/run_command.hpp"
#include "cli/user_commands.hpp"
#include "config/documents.hpp"
#include "config/value_text.hpp"
#include "node/node_options.hpp"
#include "runtime/process.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace noded::cli {
namespace {

constexpr const char* kExamples =
    "\nExamples:\n"
    "  noded                                        serve the role api on 127.0.0.1:1337 from "
    "./noded-data\n"
    "  noded --role=n1 --listen 0.0.0.0:80          the same by its short name, for the whole "
    "network\n"
    "  noded --config noded.yaml                    take everything from a file\n"
    "  noded user create me@example.com --role admin\n"
    "  noded config print --sample > noded.yaml     a file with every option, explained\n"
    "  noded status                                 how the running node is doing\n"
    "\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no node runs there.\n";

using BuiltIn = std::span<const RoleDescriptor* const>;

// The program's commands on CLI11. Each command's callback leaves what is to be done in `action_`,
// which runs after parsing.
class CommandLine {
 public:
  explicit CommandLine(BuiltIn built_in)
      : built_in_(built_in), options_(built_in_options(built_in)) {
    app_.description(
        "noded: one small node, of the role that you give it. Without a command it runs."
    );
    app_.footer(kExamples);
    app_.require_subcommand(0, 1);
    add_run_flags(app_);
    app_.callback([this] {
      if (!action_)
        action_ = [this] {
          return run();
        };
    });
    add_run();
    add_config();
    add_user();
    add_backup();
    add_inspection();
    add_doctor();
    add_transfer();
  }

  int parse_and_run(int count, char** arguments) {
    try {
      app_.parse(count, arguments);
    } catch (const CLI::ParseError& error) {  // also thrown for --help, whose code is 0
      return app_.exit(error) == 0 ? kDone : kUsage;
    }
    return action_();
  }

 private:
  // ---- flags that become settings ----

  // A flag of its own for an option; its help comes from the declaration.
  void add_setting(
      CLI::App& command,
      const std::string& flag,
      const OptionDeclaration& option,
      const std::string& value_name
  ) {
    const std::string value = config::plain_text(option, config::default_value(option));
    command
        .add_option_function<std::vector<std::string>>(
            flag,
            [this, flag, &option](const std::vector<std::string>& values) {
              std::string joined;
              for (const std::string& text : values)
                joined += (joined.empty() ? "" : ",") + text;
              arguments_.settings.push_back({flag, std::string(option.name), joined});
            },
            std::string(option.sentence) + (value.empty() ? "" : " [" + value + "]")
        )
        ->type_name(value_name)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  // Where a node's configuration and data are.
  void add_node_flags(CLI::App& command) {
    command
        .add_option(
            "--config", arguments_.config_file, "configuration file (YAML); also NODED_CONFIG"
        )
        ->type_name("FILE");
    add_setting(command, "--data", node::kData, "DIR");
    // An option of the role api, which may not be part of a build.
    if (const OptionDeclaration* app = options_.find("app.file"))
      add_setting(command, "--app", *app, "FILE");
    command
        .add_option_function<std::vector<std::string>>(
            "--set",
            [this](const std::vector<std::string>& values) {
              for (const std::string& value : values)
                add_set(value);
            },
            "any option by its name; wins over file and environment"
        )
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  void add_set(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw CLI::ValidationError("--set", "expected KEY=VALUE, not \"" + text + "\"");
    }
    arguments_.settings.push_back({"--set", text.substr(0, equals), text.substr(equals + 1)});
  }

  void add_run_flags(CLI::App& command) {
    add_setting(command, "--role", node::kRole, "ROLE[,ROLE]");
    add_setting(command, "--listen", node::kListen, "ADDRESS:PORT");
    add_node_flags(command);
  }

  // ---- commands ----

  CLI::App& add_command(
      CLI::App& parent,
      const std::string& name,
      const std::string& what,
      std::function<int()> action
  ) {
    CLI::App& command = *parent.add_subcommand(name, what);
    command.callback([this, action = std::move(action)] { action_ = action; });
    return command;
  }

  void add_run() {
    CLI::App& command = add_command(
        app_, "run", "run the node (what noded does without a command)", [this] { return run(); }
    );
    add_run_flags(command);
    command.footer([this] {
      return "\nOptions for --set, the file and the environment (http.max_body is "
             "NODED_HTTP_MAX_BODY):\n" +
             config::help_lines(options_);
    });
  }

  void add_config() {
    CLI::App& check = add_command(
        app_,
        "check-config",
        "check a configuration file and report every mistake in it",
        [this] { return check_config(built_in_, arguments_); }
    );
    check.add_option("FILE", arguments_.config_file, "configuration file")->required();

    CLI::App& group = *app_.add_subcommand("config", "show the configuration");
    group.require_subcommand(1);
    CLI::App& print = add_command(
        group,
        "print",
        "print the values in force, a sample file or the reference page",
        [this] { return print_config(); }
    );
    CLI::Option* effective = print.add_flag(
        "--effective", wants_effective_, "each value in force and where it comes from (the default)"
    );
    CLI::Option* sample = print.add_flag(
        "--sample", wants_sample_, "a file with every option at its default, explained"
    );
    CLI::Option* reference =
        print.add_flag("--reference", wants_reference_, "the reference page (Markdown)");
    sample->excludes(effective)->excludes(reference);
    reference->excludes(effective);
    add_run_flags(print);
  }

  void add_user() {
    CLI::App& group = *app_.add_subcommand("user", "manage users, whether the node runs or not");
    group.require_subcommand(1);
    CLI::App& create =
        add_command(group, "create", "create a user; the password is asked for", [this] {
          return with_node([this](const Loaded& loaded) {
            return create_user(loaded, email_, role_, has_piped_password_);
          });
        });
    create.add_option("EMAIL", email_, "the user's e-mail address")->required();
    create.add_option("--role", role_, "role of the application, such as admin");
    add_password_flag(create);
    add_node_flags(create);
    CLI::App& list = add_command(group, "list", "list the users", [this] {
      return with_node([](const Loaded& loaded) { return list_users(loaded); });
    });
    add_node_flags(list);
    CLI::App& password = add_command(group, "set-password", "give a user a new password", [this] {
      return with_node([this](const Loaded& loaded) {
        return set_user_password(loaded, email_, has_piped_password_);
      });
    });
    password.add_option("EMAIL", email_, "the user's e-mail address")->required();
    add_password_flag(password);
    add_node_flags(password);
    CLI::App& role = add_command(group, "set-role", "give a user another role", [this] {
      return with_node([this](const Loaded& loaded) { return set_user_role(loaded, email_, role_); }
      );
    });
    role.add_option("EMAIL", email_, "the user's e-mail address")->required();
    role.add_option("ROLE", role_, "role of the application, such as admin")->required();
    add_node_flags(role);
  }

  void add_password_flag(CLI::App& command) {
    command.add_flag(
        "--password-stdin",
        has_piped_password_,
        "read the password from the first line of standard input"
    );
  }

  void add_backup() {
    CLI::App& backup = add_command(
        app_,
        "backup",
        "copy the store into a directory, whether the node runs or not; a further backup there "
        "copies only what changed",
        [this] {
          backup_.wants_json = wants_json_;
          return with_node([this](const Loaded& loaded) { return back_up(loaded, backup_); });
        }
    );
    backup.add_option("DIR", backup_.directory, "directory of the backups")->required();
    CLI::Option* keep =
        backup.add_option("--keep", backup_.keep, "remove older backups until N are left")
            ->type_name("N")
            ->check(CLI::Range(1, 100'000));
    backup.add_flag("--list", backup_.wants_list, "only list the backups there")->excludes(keep);
    backup.add_flag("--json", wants_json_, "as JSON");
    add_node_flags(backup);
    CLI::App& restored = add_command(
        app_,
        "restore",
        "copy the store from a backup into a data directory without one",
        [this] {
          restore_.wants_json = wants_json_;
          return with_node([this](const Loaded& loaded) { return restore(loaded, restore_); });
        }
    );
    restored.add_option("DIR", restore_.directory, "directory of the backups")->required();
    restored.add_option("--backup", restore_.id, "number of the backup; without it the newest")
        ->type_name("ID");
    restored
        .add_option(
            "--at",
            restore_.at,
            "records as they were then: 2026-11-21T12:00:00Z or \"10m ago\"; needs a backup made "
            "later than that"
        )
        ->type_name("TIME");
    restored.add_flag(
        "--check", restore_.only_checks, "only compare the backup with its checksums"
    );
    restored.add_flag("--json", wants_json_, "as JSON");
    add_node_flags(restored);
  }

  void add_inspection() {
    CLI::App& status = add_command(app_, "status", "how the running node is doing", [this] {
      return with_node([this](const Loaded& loaded) { return show_status(loaded, wants_json_); });
    });
    status.add_flag("--json", wants_json_, "as JSON");
    add_node_flags(status);
    CLI::App& health = add_command(
        app_,
        "health",
        "whether the running node is ready; for scripts and containers",
        [this] { return with_node([](const Loaded& loaded) { return show_health(loaded); }); }
    );
    add_node_flags(health);
    CLI::App& reload = add_command(
        app_,
        "reload",
        "let the running node read its configuration again; whole or not at all",
        [this] { return with_node([](const Loaded& loaded) { return reload_node(loaded); }); }
    );
    add_node_flags(reload);
    CLI::App& completion = add_command(
        app_,
        "completion",
        "print a script that completes commands and options in a shell",
        [this] { return print_completion(shell_, command_tree(app_), options_); }
    );
    completion.add_option("SHELL", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    add_command(
        app_,
        "man",
        "print the man page noded(1); read it with: noded man | man -l -",
        [this] { return print_man_page(command_tree(app_), options_, kExamples); }
    );
    add_command(app_, "version", "what this binary is", [this] {
      return print_version(built_in_);
    });
  }

  void add_doctor() {
    CLI::App& doctor = add_command(
        app_,
        "doctor",
        "whether data directory and records are in order, whether the node runs or not",
        [this] {
          return with_node([this](const Loaded& loaded) {
            return examine_node(loaded, wants_repair_, wants_json_);
          });
        }
    );
    doctor.add_flag(
        "--repair", wants_repair_, "mend index entries, kept counts and identifiers that are wrong"
    );
    doctor.add_flag("--json", wants_json_, "as JSON");
    add_node_flags(doctor);
  }

  void add_transfer() {
    CLI::App& group = *app_.add_subcommand(
        "import",
        "take rows from lines of JSON (NDJSON), whether the node runs or not; or a bknd database"
    );
    group.require_subcommand(0, 1);
    group.callback([this] {
      if (action_) return;
      if (lines_.path.empty()) throw CLI::RequiredError("PATH");
      action_ = [this] {
        return with_node([this](const Loaded& loaded) { return import_lines(loaded, lines_); });
      };
    });
    group.add_option("PATH", lines_.path, "a file, or the directory of an export");
    group.add_option("--entity", lines_.entity, "entity of a file; without it the file's name")
        ->type_name("ENTITY");
    group
        .add_option(
            "--on-conflict",
            lines_.on_conflict,
            "with a row of the same key: fail (the default), skip or replace"
        )
        ->type_name("WHAT")
        ->check(CLI::IsMember({"fail", "skip", "replace"}));
    group.add_flag(
        "--restart", lines_.begins_anew, "begin at the first line, although lines were taken before"
    );
    add_node_flags(group);
    add_import_bknd(group);
    CLI::App& exported = add_command(
        app_,
        "export",
        "write rows as lines of JSON (NDJSON), a file for each entity, whether the node runs or "
        "not",
        [this] {
          return with_node([this](const Loaded& loaded) { return export_lines(loaded, export_); });
        }
    );
    exported.add_option("DIR", export_.directory, "directory of the files")->required();
    exported.add_option("--entity", export_.entities, "only this entity; may be given again")
        ->type_name("ENTITY")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_node_flags(exported);
  }

  void add_import_bknd(CLI::App& group) {
    CLI::App& bknd = add_command(
        group,
        "bknd",
        "make the store out of a bknd database (SQLite): configuration, rows, users, roles and the "
        "list of media",
        [this] {
          auto loaded = load_node(built_in_, arguments_);
          if (!loaded) return print_problems(loaded.error());
          return import_bknd(std::move(*loaded), bknd_);
        }
    );
    bknd.add_option("FILE", bknd_.file, "the database; bknd should not write to it meanwhile")
        ->required();
    bknd.add_flag("--dry-run", bknd_.only_tries, "do everything, but do not keep the store");
    bknd.add_flag(
        "--allow-omissions",
        bknd_.allows_omissions,
        "keep the store also when not everything could be taken"
    );
    add_node_flags(bknd);
  }

  // ---- actions ----

  template <class Action>
  int with_node(Action action) {
    const auto loaded = load_node(built_in_, arguments_);
    if (!loaded) return print_problems(loaded.error());
    return action(*loaded);
  }

  int run() {
    return with_node([this](const Loaded& loaded) {
      return run_node(loaded, reading_again(built_in_, arguments_));
    });
  }

  int print_config() {
    if (wants_sample_) return print_sample(built_in_);
    if (wants_reference_) return print_reference(built_in_);
    return with_node([](const Loaded& loaded) { return print_effective(loaded); });
  }

  BuiltIn built_in_;
  config::OptionSet options_;
  CLI::App app_{"", "noded"};
  std::function<int()> action_;
  NodeArguments arguments_;
  std::string email_;
  std::string role_;
  std::string shell_;
  BackupArguments backup_;
  RestoreArguments restore_;
  BkndArguments bknd_;
  LineImportArguments lines_;
  ExportArguments export_;
  bool has_piped_password_ = false;
  bool wants_json_ = false;
  bool wants_repair_ = false;
  bool wants_effective_ = false;
  bool wants_sample_ = false;
  bool wants_reference_ = false;
};

}  // namespace

int run_program(std::span<const RoleDescriptor* const> built_in, int count, char** arguments) {
  runtime::prepare_process();
  runtime::log_defects();
  CommandLine command_line(built_in);
  return command_line.parse_and_run(count, arguments);
}

}  // namespace noded::cli
