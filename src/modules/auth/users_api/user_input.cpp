#include "modules/auth/users_api/user_input.hpp"

#include "modules/auth/username.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kShortestPassword = 8;
constexpr std::size_t kLongestPassword = 1024;

// What would pass for the node or its staff.
constexpr std::array<std::string_view, 16> kReserved{
    "admin",
    "administrator",
    "anonymous",
    "api",
    "daemon",
    "everyone",
    "guest",
    "me",
    "node",
    "noded",
    "operator",
    "postmaster",
    "root",
    "superuser",
    "system",
    "webmaster"
};
// The most frequent ones of 8 characters or more in published breaches.
constexpr std::array<std::string_view, 40> kCommonPasswords{
    "00000000",  "11111111",  "12341234",  "12344321",   "12345678",  "123456789",  "1234567890",
    "123123123", "147258369", "1q2w3e4r",  "1q2w3e4r5t", "1qaz2wsx",  "87654321",   "88888888",
    "987654321", "aa123456",  "abc12345",  "abcd1234",   "asdfasdf",  "asdfghjkl",  "baseball",
    "changeme",  "dragon12",  "football",  "iloveyou",   "internet",  "jennifer",   "letmein1",
    "michelle",  "p@ssw0rd",  "passw0rd",  "password",   "password1", "password12", "password123",
    "princess",  "qwer1234",  "qwerty123", "qwertyuiop", "superman"
};

class Reading {
 public:
  explicit Reading(const json::value& body) : object_(body.if_object()) {
    if (object_ == nullptr) add("", "not_an_object", "expected an object");
  }

  void refuse_unknown(std::initializer_list<std::string_view> known) {
    if (object_ == nullptr) return;
    for (const auto& [name, value] : *object_) {
      if (std::ranges::find(known, std::string_view(name)) == known.end())
        add(name, "unknown_member", "there is no such member here");
    }
  }

  // Empty, with a flaw noted, when it is no text or missing although required.
  std::optional<std::string> text(std::string_view name, bool is_required) {
    if (object_ == nullptr) return std::nullopt;
    const json::value* value = object_->if_contains(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    if (value != nullptr) add(name, "not_a_text", "expected a text");
    if (value == nullptr && is_required) add(name, "required", "this is required");
    return std::nullopt;
  }

  void add(std::string_view name, std::string_view code, std::string_view message) {
    const std::string path = name.empty() ? std::string() : "/" + std::string(name);
    flaws_.push_back({path, std::string(code), std::string(message)});
  }

  std::vector<Flaw> take_flaws() { return std::move(flaws_); }

 private:
  const json::object* object_;
  std::vector<Flaw> flaws_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool has_labels(std::string_view domain) {
  std::size_t labels = 0;
  while (true) {
    const std::string_view label = domain.substr(0, domain.find('.'));
    if (label.empty() || label.size() > kLongestLabel || label.front() == '-' ||
        label.back() == '-')
      return false;
    ++labels;
    if (label.size() == domain.size()) return labels >= 2;
    domain.remove_prefix(label.size() + 1);
  }
}

std::optional<std::string> read_email(Reading& reading, std::string_view given) {
  const std::string email = lower(trimmed(given));
  const std::size_t at = email.rfind('@');
  const auto name = read_sign_in_name(email);
  const bool is_email = at != std::string::npos && at >= 1 && at <= kLongestLocalPart && name &&
                        name->is_email && has_labels(std::string_view(email).substr(at + 1));
  if (is_email) return email;
  reading.add("email", "invalid_email", "this is no e-mail address");
  return std::nullopt;
}

std::optional<std::string> read_username(Reading& reading, std::string_view given) {
  auto name = read_sign_in_name(given);
  if (!name || name->is_email) {
    reading.add(
        "username",
        "invalid_username",
        "3 to 32 letters and digits; '_', '.' and '-' may stand in it"
    );
    return std::nullopt;
  }
  if (std::ranges::find(kReserved, std::string_view(name->text)) != kReserved.end()) {
    reading.add("username", "reserved", "this name is reserved");
    return std::nullopt;
  }
  return std::move(name->text);
}

void check_password(Reading& reading, const UserInput& user) {
  const std::string& password = *user.password;
  const std::string folded = lower(password);
  if (password.size() < kShortestPassword) {
    reading.add("password", "too_short", "8 bytes at least");
  } else if (password.size() > kLongestPassword) {
    reading.add("password", "too_long", "1024 bytes at most");
  } else if (std::ranges::find(kCommonPasswords, std::string_view(folded)) !=
             kCommonPasswords.end()) {
    reading.add("password", "too_common", "this is one of the most common passwords");
  } else if (folded == user.email || folded == user.username) {
    reading.add("password", "same_as_name", "this is the name or the address");
  }
}

}  // namespace

ReadUserInput read_new_user(const json::value& body) {
  Reading reading(body);
  reading.refuse_unknown({"email", "username", "password"});
  UserInput user;
  if (const auto email = reading.text("email", true)) user.email = read_email(reading, *email);
  if (const auto name = reading.text("username", true))
    user.username = read_username(reading, *name);
  user.password = reading.text("password", true);
  if (user.password) check_password(reading, user);
  return {std::move(user), reading.take_flaws()};
}

ReadUserInput read_user_changes(const json::value& body, bool may_change_email) {
  Reading reading(body);
  if (may_change_email) {
    reading.refuse_unknown({"email", "username"});
  } else {
    reading.refuse_unknown({"username"});
  }
  UserInput user;
  if (may_change_email) {
    if (const auto email = reading.text("email", false)) user.email = read_email(reading, *email);
  }
  if (const auto name = reading.text("username", !may_change_email))
    user.username = read_username(reading, *name);
  ReadUserInput read{std::move(user), reading.take_flaws()};
  if (read.flaws.empty() && !read.user.email && !read.user.username)
    read.flaws.push_back({"", "required", "give an e-mail address or a username"});
  return read;
}

}  // namespace noded::auth
