#include "cli/program.hpp"

#include "cli/command_frame.hpp"
#include "cli/mail_command_line.hpp"
#include "cli/node_command_line.hpp"
#include "cli/record_command_line.hpp"
#include "cli/session_command_line.hpp"
#include "cli/store_command_line.hpp"
#include "runtime/process.hpp"

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
    "\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no node runs there,\n"
    "4 schema plan found changes to make, 5 the node is at it already: try again later.\n";

// All commands, in the order in which --help shows them.
class CommandLine {
 public:
  explicit CommandLine(CommandFrame::BuiltIn built_in) : frame_(built_in) {
    CLI::App& program = frame_.program();
    program.description(
        "noded: one small node, of the role that you give it. Without a command it runs."
    );
    program.footer(kExamples);
    program.require_subcommand(0, 1);
    node_.add_run();
    node_.add_check_config();
    node_.add_config();
    records_.add_user();
    sessions_.add();
    mail_.add();
    store_.add_backup();
    store_.add_restore();
    node_.add_status();
    node_.add_health();
    node_.add_reload();
    node_.add_documents(kExamples);
    store_.add_doctor();
    records_.add_import();
    records_.add_export();
    records_.add_audit();
    store_.add_schema();
    store_.add_secrets();
  }

  int parse_and_run(int count, char** arguments) { return frame_.parse_and_run(count, arguments); }

 private:
  CommandFrame frame_;
  NodeCommandLine node_{frame_};
  RecordCommandLine records_{frame_};
  SessionCommandLine sessions_{frame_};
  MailCommandLine mail_{frame_};
  StoreCommandLine store_{frame_};
};

}  // namespace

int run_program(std::span<const RoleDescriptor* const> built_in, int count, char** arguments) {
  runtime::prepare_process();
  runtime::log_defects();
  CommandLine command_line(built_in);
  return command_line.parse_and_run(count, arguments);
}

}  // namespace noded::cli
