#include "mail/mail_setup.hpp"

#include "mail/address.hpp"
#include "mail/mail_options.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace noded::mail {
namespace {

constexpr std::size_t kLongestPassword = 1024;

// "host", "host:25" or "[::1]:25", of characters that a URL's authority has.
bool is_authority(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-:[]").contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, is_plain);
}

Result<std::string> read_server(const std::string& text) {
  for (const std::string_view scheme : {"smtp://", "smtps://"}) {
    if (!text.starts_with(scheme)) continue;
    std::string_view rest = std::string_view(text).substr(scheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (is_authority(rest)) return std::string(scheme).append(rest);
  }
  return fail(
      Errc::kInvalid,
      "mail.smtp: expected smtp://HOST:PORT or smtps://HOST:PORT, not \"" + text + "\""
  );
}

Result<std::string> read_password(const std::string& path) {
  const auto refuse = [&path](std::string_view why) {
    return fail(Errc::kInvalid, "mail.password_file: " + path + " " + std::string(why));
  };
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return refuse("cannot be read");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse("may be read by others: chmod 600 it");
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) return refuse("cannot be read, or is empty");
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty() || line.size() > kLongestPassword) return refuse("has no password in line 1");
  return line;
}

StartTls read_starttls(const std::string& text) {
  if (text == "off") return StartTls::kOff;
  return text == "opportunistic" ? StartTls::kOpportunistic : StartTls::kRequired;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Sender> parse_sender(std::string_view text) {
  Sender sender;
  const std::size_t angle = text.find('<');
  if (angle != std::string_view::npos && text.ends_with('>')) {
    sender.name = trimmed(text.substr(0, angle));
    sender.address = text.substr(angle + 1, text.size() - angle - 2);
  } else {
    sender.address = text;
  }
  if (is_address(sender.address) && is_header_text(sender.name)) return sender;
  return fail(
      Errc::kInvalid,
      "mail.from: expected noreply@example.org or Name <noreply@example.org>, not \"" +
          std::string(text) + "\""
  );
}

Result<std::optional<MailSetup>> read_mail_setup(const Options& options) {
  const std::string& server = options.get(kSmtp);
  if (server.empty()) return std::nullopt;
  auto read = read_server(server);
  if (!read) return std::unexpected(std::move(read.error()));
  auto from = parse_sender(options.get(kFrom));
  if (!from) return std::unexpected(std::move(from.error()));
  MailSetup setup{
      .server = std::move(*read),
      .starttls = read_starttls(options.get(kStartTls)),
      .username = options.get(kUsername),
      .password = {},
      .ca_file = options.get(kCaFile),
      .from = std::move(*from),
      .timeout = options.get(kTimeout),
      .queue = static_cast<std::size_t>(options.get(kQueue)),
      .tries = static_cast<int>(options.get(kTries)),
      .retry_pause = options.get(kRetryPause)
  };
  if (setup.username.empty()) return setup;
  auto password = read_password(options.get(kPasswordFile));
  if (!password) return std::unexpected(std::move(password.error()));
  setup.password = std::move(*password);
  return setup;
}

Result<std::string> read_public_url(const Options& options) {
  const std::string& text = options.get(kPublicUrl);
  if (text.empty()) return std::string();
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    std::string_view rest = std::string_view(text).substr(scheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (is_authority(rest)) return std::string(scheme).append(rest);
  }
  return fail(
      Errc::kInvalid,
      "mail.public_url: expected an origin such as https://app.example.org, not \"" + text + "\""
  );
}

}  // namespace noded::mail
