#include "cli/record_command_line.hpp"

#include "cli/config_commands.hpp"
#include "cli/user_commands.hpp"

namespace noded::cli {

void RecordCommandLine::add_user() {
  CLI::App& group = frame_.add_group("user", "manage users, whether the node runs or not");
  add_user_create(group);
  add_user_list(group);
  add_user_set_password(group);
  add_user_set_role(group);
  add_user_act(
      group, "disable", "is disabled", "end all sessions of a user, and let nobody in as that user"
  );
  add_user_act(group, "enable", "is enabled", "let a disabled user in again");
  add_user_act(
      group,
      "unlock",
      "has not to wait",
      "let a user log in at once who would have to wait after failed logins"
  );
  add_user_act(
      group,
      "remove-second-factor",
      "logs in with the password alone",
      "remove the authenticator app of a user who has lost it"
  );
  add_user_recovery_link(group);
}

void RecordCommandLine::add_user_act(
    CLI::App& group, const char* act, const char* done, const char* sentence
) {
  CLI::App& command =
      frame_.add_node_command(group, act, sentence, [this, act, done](const Loaded& loaded) {
        return act_on_user(loaded, email_, act, done);
      });
  command.add_option("EMAIL", email_, "the user's e-mail address")->required();
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_user_create(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "create",
      "create a user; the password is asked for",
      [this](const Loaded& loaded) {
        return create_user(loaded, email_, role_, has_piped_password_);
      }
  );
  command.add_option("EMAIL", email_, "the user's e-mail address")->required();
  command.add_option("--role", role_, "role of the application, such as admin");
  add_password_flag(command);
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_user_list(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group, "list", "list the users", [](const Loaded& loaded) { return list_users(loaded); }
  );
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_user_set_password(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "set-password",
      "give a user a new password",
      [this](const Loaded& loaded) {
        return set_user_password(loaded, email_, has_piped_password_);
      }
  );
  command.add_option("EMAIL", email_, "the user's e-mail address")->required();
  add_password_flag(command);
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_user_set_role(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "set-role",
      "give a user another role",
      [this](const Loaded& loaded) { return set_user_role(loaded, email_, role_); }
  );
  command.add_option("EMAIL", email_, "the user's e-mail address")->required();
  command.add_option("ROLE", role_, "role of the application, such as admin")->required();
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_user_recovery_link(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "recovery-link",
      "print a one-time link by which a user chooses a new password",
      [this](const Loaded& loaded) { return make_recovery_link(loaded, email_); }
  );
  command.add_option("EMAIL", email_, "the user's e-mail address")->required();
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_password_flag(CLI::App& command) {
  command.add_flag(
      "--password-stdin",
      has_piped_password_,
      "read the password from the first line of standard input"
  );
}

void RecordCommandLine::add_import() {
  CLI::App& group = *frame_.program().add_subcommand(
      "import",
      "take rows from lines of JSON (NDJSON), whether the node runs or not; or a bknd database"
  );
  group.require_subcommand(0, 1);
  group.callback([this] {
    if (frame_.has_action()) return;
    if (lines_.path.empty()) throw CLI::RequiredError("PATH");
    frame_.set_action([this] {
      return frame_.with_node([this](const Loaded& loaded) { return import_lines(loaded, lines_); }
      );
    });
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
  frame_.add_node_flags(group);
  add_import_bknd(group);
}

void RecordCommandLine::add_import_bknd(CLI::App& group) {
  CLI::App& command = frame_.add_command(
      group,
      "bknd",
      "make the store out of a bknd database (SQLite): configuration, rows, users, roles and the "
      "list of media",
      [this] {
        auto loaded = load_node(frame_.built_in(), frame_.arguments());
        if (!loaded) return print_problems(loaded.error());
        return import_bknd(std::move(*loaded), bknd_);
      }
  );
  command.add_option("FILE", bknd_.file, "the database; bknd should not write to it meanwhile")
      ->required();
  command.add_flag("--dry-run", bknd_.only_tries, "do everything, but do not keep the store");
  command.add_flag(
      "--allow-omissions",
      bknd_.allows_omissions,
      "keep the store also when not everything could be taken"
  );
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_export() {
  CLI::App& command = frame_.add_node_command(
      frame_.program(),
      "export",
      "write rows as lines of JSON (NDJSON), a file for each entity, whether the node runs or not",
      [this](const Loaded& loaded) { return export_lines(loaded, export_); }
  );
  command.add_option("DIR", export_.directory, "directory of the files")->required();
  command.add_option("--entity", export_.entities, "only this entity; may be given again")
      ->type_name("ENTITY")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  frame_.add_node_flags(command);
}

void RecordCommandLine::add_audit() {
  CLI::App& group =
      frame_.add_group("audit", "who did what, whether the node runs or not (audit.retention)");
  CLI::App& list = frame_.add_node_command(
      group,
      "list",
      "entries of the audit chain, newest first",
      [this](const Loaded& loaded) { return list_audit(loaded, audit_); }
  );
  list.add_option("--from", audit_.from, "not before that time")->type_name("TIME");
  list.add_option("--to", audit_.to, "before that time")->type_name("TIME");
  list.add_option("--actor", audit_.actor, "done by: operator, node, \"user 17\"")
      ->type_name("NAME");
  list.add_option("--action", audit_.action, "that action and all below it: user, user.role")
      ->type_name("NAME");
  list.add_option("--target", audit_.target, "done to: \"user 17\", \"configuration auth\"")
      ->type_name("NAME");
  list.add_option("--limit", audit_.limit, "entries at most")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  CLI::App& verify = frame_.add_node_command(
      group,
      "verify",
      "whether an entry was changed or removed; exit code 1: the first one is named",
      [this](const Loaded& loaded) { return verify_audit(loaded, audit_.as_json); }
  );
  for (CLI::App* command : {&list, &verify}) {
    command->add_flag("--json", audit_.as_json, "as JSON");
    frame_.add_node_flags(*command);
  }
}

}  // namespace noded::cli
