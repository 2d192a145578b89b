// Addresses, subjects, texts and senders of letters, and what the store keeps of a one-time link.
#include "mail/address.hpp"
#include "mail/letter.hpp"
#include "modules/auth/recovery/link.hpp"
#include "modules/auth/session/session.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded;

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

// However it is written, a letter has one head of the node's own fields.
void require_one_head(const std::string& letter) {
  const std::string_view head = std::string_view(letter).substr(0, letter.find("\r\n\r\n"));
  for (const std::string_view field : {"\r\nFrom: ", "\r\nTo: ", "\r\nSubject: "}) {
    if (count(head, field) != 1) std::abort();
  }
  if (count(head, "\r\nBcc:") != 0) std::abort();
  for (std::size_t i = 0; i < letter.size(); ++i) {
    const bool is_bare = (letter[i] == '\n' && (i == 0 || letter[i - 1] != '\r')) ||
                         (letter[i] == '\r' && (i + 1 == letter.size() || letter[i + 1] != '\n'));
    if (is_bare) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string line = text.substr(0, text.find('|'));
  const std::string rest = text.substr(std::min(line.size() + 1, text.size()));
  if (mail::is_address(line) && line.find_first_of("\r\n <>,;:\"") != line.npos) std::abort();
  auto sender = mail::parse_sender(rest);
  if (!sender) sender = mail::Sender{.address = "no@example.org", .name = {}};
  for (const mail::Message& message : {
           mail::Message{.to = line, .subject = "x", .text = rest},
           mail::Message{.to = "m@example.com", .subject = line, .text = rest},
       }) {
    if (mail::check_message(message)) require_one_head(write_letter(*sender, message, 0));
  }
  if (const auto link = auth::decode_link(text)) {
    const auto again = auth::decode_link(encode(*link));
    if (!again || again->user != link->user || again->expires_ms != link->expires_ms ||
        again->next != link->next)
      std::abort();
  }
  static_cast<void>(auth::hash_of_session_token(text));
  return 0;
}
