#include "cli/session_command_line.hpp"

#include "cli/session_commands.hpp"

namespace noded::cli {

void SessionCommandLine::add() {
  CLI::App& group =
      frame_.add_group("session", "see and end sessions, whether the node runs or not");
  add_list(group);
  add_end(group);
}

void SessionCommandLine::add_list(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "list",
      "list who is logged in: session, account, begin, last use, address, program",
      [this](const Loaded& loaded) { return list_sessions(loaded, user_); }
  );
  command.add_option("USER", user_, "only of this user: e-mail address or id");
  frame_.add_node_flags(command);
}

void SessionCommandLine::add_end(CLI::App& group) {
  CLI::App& command = frame_.add_node_command(
      group,
      "end",
      "end one session, or all sessions and tokens of a user",
      [this](const Loaded& loaded) {
        return user_.empty() ? end_session(loaded, id_) : end_sessions_of(loaded, user_);
      }
  );
  CLI::Option* id = command.add_option("SESSION", id_, "the session, as `session list` names it");
  CLI::Option* user =
      command.add_option("--user", user_, "all of this user: e-mail address or id")->excludes(id);
  user->type_name("USER");
  frame_.add_node_flags(command);
}

}  // namespace noded::cli
