#include "cli/key_command_line.hpp"

namespace noded::cli {

void KeyCommandLine::add() {
  CLI::App& group = frame_.add_group("key", "API keys of users, whether the node runs or not");
  add_list(group);
  add_create(group);
  add_rotate(group);
  add_revoke(group);
}

void KeyCommandLine::add_list(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "list",
      "list API keys: id, user, name, last use, end, what each may do",
      [this](const Loaded& loaded) { return list_keys(loaded, user_); }
  );
  command.add_option("USER", user_, "only of this user: e-mail address or id");
  frame_.add_node_flags(command);
}

void KeyCommandLine::add_create(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "create",
      "make an API key that acts as a user; it is printed this once",
      [this](const Loaded& loaded) { return create_key(loaded, key_); }
  );
  command.add_option("USER", key_.user, "whose: e-mail address or id")->required();
  command.add_option("NAME", key_.name, "what it is for")->required();
  CLI::Option* role =
      command.add_option("--role", key_.role, "what it may do at most: what this role may");
  command
      .add_option(
          "--permission",
          key_.permissions,
          "or this permission, such as data.entity.read; may be "
          "given again"
      )
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(role);
  command.add_option("--expires", key_.expires_at, "when it ends, such as 2027-01-31T08:00:00Z")
      ->type_name("TIME");
  command
      .add_option(
          "--from", key_.cidrs, "address or network it may be used from; may be given again"
      )
      ->type_name("CIDR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--rate", key_.rate, "requests a minute at most")->type_name("N");
  frame_.add_node_flags(command);
}

void KeyCommandLine::add_rotate(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "rotate",
      "give an API key a new secret; the old one goes on for a while (keys.overlap)",
      [this](const Loaded& loaded) { return rotate_key(loaded, id_, overlap_s_); }
  );
  command.add_option("KEY", id_, "the key's id, as `key list` names it")->required();
  command.add_option("--overlap", overlap_s_, "for how many seconds; 0: not at all")
      ->type_name("SECONDS");
  frame_.add_node_flags(command);
}

void KeyCommandLine::add_revoke(CLI::App& group) {
  CLI::App& command =
      frame_.add_node_command(group, "revoke", "end an API key", [this](const Loaded& loaded) {
        return revoke_key(loaded, id_);
      });
  command.add_option("KEY", id_, "the key's id, as `key list` names it")->required();
  frame_.add_node_flags(command);
}

}  // namespace noded::cli
