#include "cli/mail_command_line.hpp"

#include "cli/admin_answer.hpp"
#include "codec/json.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace noded::cli {
namespace {

// The exit code.
int send_test(const Loaded& loaded, const std::string& address) {
  if (!has_store(loaded)) return kFailed;
  const std::string body = codec::to_json_text(boost::json::object{{"to", address}});
  const auto answer = ask_or_print(loaded, http::Method::kPost, "/api/admin/mail/test", body);
  if (!answer) return kFailed;
  const auto parsed = codec::parse_json(*answer, "the node's answer");
  const std::string said =
      parsed && parsed->is_object() ? text_member(parsed->get_object(), "answer") : "-";
  fmt::print("the mail server took a message to {}: {}\n", address, said);
  return kDone;
}

}  // namespace

void MailCommandLine::add() {
  CLI::App& group = frame_.add_group("mail", "see whether the node can send mail");
  CLI::App& command = frame_.add_node_command(
      group,
      "test",
      "send a message and print what the mail server said",
      [this](const Loaded& loaded) { return send_test(loaded, address_); }
  );
  command.add_option("ADDRESS", address_, "where it goes")->required();
  frame_.add_node_flags(command);
}

}  // namespace noded::cli
