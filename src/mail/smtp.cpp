#include "mail/smtp.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace noded::mail {
namespace {

constexpr std::size_t kMostAnswers = 16UL * 1024;  // bytes of what the server says in all

// What is left to be read of a letter.
std::size_t read_letter(char* to, std::size_t size, std::size_t count, void* source) {
  auto& left = *static_cast<std::string_view*>(source);
  const std::size_t taken = std::min(size * count, left.size());
  std::memcpy(to, left.data(), taken);
  left.remove_prefix(taken);
  return taken;
}

// The last of the server's lines with that code; empty: there is none.
std::string last_reply(std::string_view replies, long code) {
  const std::string wanted = std::to_string(code);
  std::string_view found;
  while (!replies.empty()) {
    const std::size_t end = std::min(replies.find('\n'), replies.size());
    std::string_view line = replies.substr(0, end);
    replies.remove_prefix(std::min(end + 1, replies.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(wanted)) found = line;
  }
  return std::string(found);
}

long tls_of(StartTls starttls) {
  switch (starttls) {
    case StartTls::kOff:
      return CURLUSESSL_NONE;
    case StartTls::kOpportunistic:
      return CURLUSESSL_TRY;
    case StartTls::kRequired:
      break;
  }
  return CURLUSESSL_ALL;
}

}  // namespace

Result<std::string> hand_over(
    const MailSetup& setup,
    const std::string& to,
    const std::string& letter,
    const client::CallLimits& limits
) {
  auto call = client::CurlCall::open(setup.server, "smtp,smtps", limits);
  if (!call) return std::unexpected(std::move(call.error()));
  const bool is_tls = setup.server.starts_with("smtps://");
  call->set(CURLOPT_USE_SSL, is_tls ? static_cast<long>(CURLUSESSL_ALL) : tls_of(setup.starttls));
  if (!setup.username.empty()) {
    call->set(CURLOPT_USERNAME, setup.username);
    call->set(CURLOPT_PASSWORD, setup.password);
  }
  call->set(CURLOPT_MAIL_FROM, "<" + setup.from.address + ">");
  call->add_to_list(CURLOPT_MAIL_RCPT, "<" + to + ">");
  std::string_view left = letter;
  call->set_reader(&read_letter, &left);
  call->keep_replies(kMostAnswers);
  auto done = call->perform();
  const long status = call->status();
  std::string said = last_reply(call->take_body(), status);
  if (done) return said;
  if (status >= 400 && !said.empty()) done.error().message += ": " + said;
  if (status >= 500) done.error().type = kRefusedForGood;
  return std::unexpected(std::move(done.error()));
}

}  // namespace noded::mail
