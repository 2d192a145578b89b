#include "modules/auth/keys/key_input.hpp"

#include "noded/permissions.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostEntries = 100;
constexpr std::int64_t kHighestRate = 1'000'000;

class Reading {
 public:
  Reading(const json::value& body, std::span<const std::string_view> known)
      : object_(body.if_object()) {
    if (object_ == nullptr) {
      add("", "not_an_object", "expected an object");
      return;
    }
    for (const auto& [name, value] : *object_) {
      if (std::ranges::find(known, std::string_view(name)) == known.end())
        add(name, "unknown_member", "there is no such member here");
    }
  }

  // Null when it is absent or null.
  const json::value* member(std::string_view name) const {
    const json::value* value = object_ != nullptr ? object_->if_contains(name) : nullptr;
    return value != nullptr && !value->is_null() ? value : nullptr;
  }
  std::string text(std::string_view name) {
    const json::value* value = member(name);
    if (value == nullptr) return {};
    if (value->is_string()) return std::string(value->get_string());
    add(name, "not_a_text", "expected a text");
    return {};
  }
  std::vector<std::string> texts(std::string_view name) {
    const json::value* value = member(name);
    if (value == nullptr) return {};
    const json::array* array = value->if_array();
    const bool is_list = array != nullptr && array->size() <= kMostEntries &&
                         std::ranges::all_of(*array, &json::value::is_string);
    if (!is_list) {
      add(name, "not_a_list", fmt::format("expected a list of {} texts at most", kMostEntries));
      return {};
    }
    std::vector<std::string> texts;
    for (const json::value& text : *array)
      texts.emplace_back(std::string_view(text.get_string()));
    return texts;
  }
  std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most) {
    const json::value* value = member(name);
    if (value == nullptr) return 0;
    if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most)
      return value->get_int64();
    add(name, "not_a_number", fmt::format("expected a number from {} to {}", least, most));
    return 0;
  }

  void add(std::string_view name, std::string_view code, std::string message) {
    const std::string path = name.empty() ? std::string() : "/" + std::string(name);
    flaws_.push_back({path, std::string(code), std::move(message)});
  }
  std::vector<Flaw> take_flaws() { return std::move(flaws_); }

 private:
  const json::object* object_;
  std::vector<Flaw> flaws_;
};

void read_name(Reading& reading, ApiKey& key) {
  key.name = reading.text("name");
  if (key.name.empty() || key.name.size() > kLongestName)
    reading.add("name", "bad_name", fmt::format("1 to {} bytes are required", kLongestName));
}

void read_rights(Reading& reading, ApiKey& key) {
  const bool has_role = reading.member("role") != nullptr;
  const bool has_permissions = reading.member("permissions") != nullptr;
  if (has_role == has_permissions)
    reading.add("", "role_or_permissions", "give role or permissions, one of them");
  key.role = reading.text("role");
  if (has_role && key.role.empty()) reading.add("role", "bad_role", "name a role");
  key.permissions = reading.texts("permissions");
  for (const std::string& permission : key.permissions) {
    if (find_permission(permission) == nullptr) {
      reading.add(
          "permissions",
          "unknown_permission",
          fmt::format("there is no permission \"{}\"", permission)
      );
    }
  }
}

void read_limits(Reading& reading, ApiKey& key, std::int64_t now_ms) {
  if (const std::string end = reading.text("expires_at"); !end.empty()) {
    const auto expires_ms = codec::parse_date(end);
    if (!expires_ms || *expires_ms <= now_ms) {
      reading.add(
          "expires_at", "bad_time", "expected a time to come, such as 2027-01-31T08:00:00Z"
      );
    } else {
      key.expires_ms = *expires_ms;
    }
  }
  key.cidrs = reading.texts("cidrs");
  for (const std::string& cidr : key.cidrs) {
    if (const auto network = Network::parse(cidr); !network)
      reading.add("cidrs", "bad_network", network.error().message);
  }
  key.rate = reading.number("rate", 1, kHighestRate);
}

}  // namespace

ReadKeyInput read_new_key(const json::value& body, std::int64_t now_ms) {
  constexpr std::array<std::string_view, 7> kKnown{
      "name", "role", "permissions", "expires_at", "cidrs", "rate", "user"
  };
  Reading reading(body, kKnown);
  ReadKeyInput read;
  if (!body.is_object()) return {.input = {}, .flaws = reading.take_flaws()};
  read_name(reading, read.input.key);
  read_rights(reading, read.input.key);
  read_limits(reading, read.input.key, now_ms);
  read.input.user = reading.text("user");
  read.flaws = reading.take_flaws();
  return read;
}

ReadOverlap read_overlap(const json::value& body, std::int64_t most_ms) {
  constexpr std::array<std::string_view, 1> kKnown{"overlap_s"};
  Reading reading(body, kKnown);
  ReadOverlap read{.overlap_ms = most_ms, .flaws = {}};
  if (reading.member("overlap_s") != nullptr)
    read.overlap_ms = 1000 * reading.number("overlap_s", 0, most_ms / 1000);
  read.flaws = reading.take_flaws();
  return read;
}

}  // namespace noded::auth
