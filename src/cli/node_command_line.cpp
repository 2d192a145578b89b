#include "cli/node_command_line.hpp"

#include "cli/command_tree.hpp"
#include "cli/config_commands.hpp"
#include "cli/document_commands.hpp"
#include "cli/inspect_commands.hpp"
#include "cli/reload_command.hpp"
#include "cli/run_command.hpp"
#include "config/documents.hpp"

namespace noded::cli {

void NodeCommandLine::add_run() {
  CLI::App& program = frame_.program();
  frame_.add_run_flags(program);
  program.callback([this] {
    if (!frame_.has_action()) frame_.set_action([this] { return run(); });
  });
  CLI::App& command = frame_.add_command(
      program, "run", "run the node (what noded does without a command)", [this] { return run(); }
  );
  frame_.add_run_flags(command);
  command.footer([this] {
    return "\nOptions for --set, the file and the environment (http.max_body is "
           "NODED_HTTP_MAX_BODY):\n" +
           config::help_lines(frame_.options());
  });
}

int NodeCommandLine::run() const {
  return frame_.with_node([this](const Loaded& loaded) {
    return run_node(loaded, reading_again(frame_.built_in(), frame_.arguments()));
  });
}

void NodeCommandLine::add_check_config() {
  CLI::App& command = frame_.add_command(
      frame_.program(),
      "check-config",
      "check a configuration file and report every mistake in it",
      [this] { return check_config(frame_.built_in(), frame_.arguments()); }
  );
  command.add_option("FILE", frame_.arguments().config_file, "configuration file")->required();
}

void NodeCommandLine::add_config() {
  CLI::App& group = frame_.add_group("config", "show the configuration");
  CLI::App& print = frame_.add_command(
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
  frame_.add_run_flags(print);
}

int NodeCommandLine::print_config() const {
  if (wants_sample_) return print_sample(frame_.built_in());
  if (wants_reference_) return print_reference(frame_.built_in());
  return frame_.with_node([](const Loaded& loaded) { return print_effective(loaded); });
}

void NodeCommandLine::add_status() {
  CLI::App& command = frame_.add_node_command(
      frame_.program(),
      "status",
      "how the running node is doing",
      [this](const Loaded& loaded) { return show_status(loaded, wants_json_); }
  );
  command.add_flag("--json", wants_json_, "as JSON");
  frame_.add_node_flags(command);
}

void NodeCommandLine::add_health() {
  CLI::App& command = frame_.add_node_command(
      frame_.program(),
      "health",
      "whether the running node is ready; for scripts and containers",
      [](const Loaded& loaded) { return show_health(loaded); }
  );
  frame_.add_node_flags(command);
}

void NodeCommandLine::add_reload() {
  CLI::App& command = frame_.add_node_command(
      frame_.program(),
      "reload",
      "let the running node read its configuration again; whole or not at all",
      [](const Loaded& loaded) { return reload_node(loaded); }
  );
  frame_.add_node_flags(command);
}

void NodeCommandLine::add_documents(const std::string& examples) {
  CLI::App& program = frame_.program();
  CLI::App& completion = frame_.add_command(
      program,
      "completion",
      "print a script that completes commands and options in a shell",
      [this, &program] { return print_completion(shell_, command_tree(program), frame_.options()); }
  );
  completion.add_option("SHELL", shell_, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  frame_.add_command(
      program,
      "man",
      "print the man page noded(1); read it with: noded man | man -l -",
      [this, &program, examples] {
        return print_man_page(command_tree(program), frame_.options(), examples);
      }
  );
  frame_.add_command(program, "version", "what this binary is", [this] {
    return print_version(frame_.built_in());
  });
}

}  // namespace noded::cli
