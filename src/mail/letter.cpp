#include "mail/letter.hpp"

#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "mail/address.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace noded::mail {
namespace {

constexpr std::string_view kEnd = "\r\n";
constexpr std::size_t kLongestLine = 998;  // RFC 5322 §2.1.1
constexpr std::size_t kEncodedWord = 39;   // bytes of one encoded word: 52 letters of base64
constexpr std::size_t kEncodedLine = 57;   // bytes of one line of a body: 76 letters
constexpr std::size_t kIdentifier = 24;    // letters of a Message-ID

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// As much of `text` as `most` bytes hold without the half of a character.
std::string_view whole_characters(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
    --most;
  return text.substr(0, most);
}

// RFC 2047: encoded words, a folded line for each.
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view part = whole_characters(text, kEncodedWord);
    text.remove_prefix(part.size());
    if (!out.empty()) out += "\r\n ";
    out.append("=?UTF-8?B?").append(codec::base64_encode(part)).append("?=");
  }
  return out;
}

std::string header_text(std::string_view text) {
  // What looks like an encoded word would be read as one.
  return is_ascii(text) && !text.contains("=?") ? std::string(text) : encoded_words(text);
}

std::string display_name(std::string_view name) {
  if (!is_ascii(name) || name.contains("=?")) return encoded_words(name);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void add_field(std::string& letter, std::string_view name, std::string_view value) {
  letter.append(name).append(": ").append(value).append(kEnd);
}

// Lines ended by CRLF, in whatever way they were ended before.
std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') out += '\r';
    out += c;
  }
  if (!out.ends_with(kEnd)) out += kEnd;
  return out;
}

bool has_long_line(std::string_view text) {
  std::size_t length = 0;
  return std::ranges::any_of(text, [&length](char c) {
    length = c == '\n' ? 0 : length + 1;
    return length > kLongestLine;
  });
}

void add_body(std::string& letter, std::string_view text) {
  const bool is_plain = is_ascii(text) && !has_long_line(text);
  add_field(letter, "Content-Transfer-Encoding", is_plain ? "7bit" : "base64");
  letter.append(kEnd);
  const std::string body = with_crlf(text);
  if (is_plain) {
    letter.append(body);
    return;
  }
  for (std::size_t at = 0; at < body.size(); at += kEncodedLine)
    letter.append(codec::base64_encode(std::string_view(body).substr(at, kEncodedLine)))
        .append(kEnd);
}

// RFC 5322 §3.3: as HTTP writes it, but for the zone.
std::string date_text(std::int64_t unix_s) {
  std::string date = codec::format_http_date(unix_s);
  if (date.ends_with(" GMT")) date.replace(date.size() - 4, 4, " +0000");
  return date;
}

}  // namespace

Result<> check_message(const Message& message) {
  if (!is_address(message.to))
    return fail(Errc::kInvalid, "this is no e-mail address that a letter can go to");
  if (message.subject.empty() || !is_header_text(message.subject))
    return fail(Errc::kInvalid, "the subject has to be one line of text");
  if (!codec::is_valid_utf8(message.text) || message.text.contains('\0'))
    return fail(Errc::kInvalid, "the text has to be UTF-8");
  return {};
}

std::string write_letter(const Sender& from, const Message& message, std::int64_t unix_s) {
  const std::string domain = from.address.substr(from.address.find('@') + 1);
  std::string letter;
  add_field(letter, "Date", date_text(unix_s));
  add_field(letter, "Message-ID", "<" + crypto::random_text(kIdentifier) + "@" + domain + ">");
  const std::string address = "<" + from.address + ">";
  add_field(
      letter, "From", from.name.empty() ? from.address : display_name(from.name) + " " + address
  );
  add_field(letter, "To", message.to);
  add_field(letter, "Subject", header_text(message.subject));
  add_field(letter, "Auto-Submitted", "auto-generated");  // RFC 3834: nobody's autoreply answers
  add_field(letter, "MIME-Version", "1.0");
  add_field(letter, "Content-Type", "text/plain; charset=utf-8");
  add_body(letter, message.text);
  return letter;
}

}  // namespace noded::mail
