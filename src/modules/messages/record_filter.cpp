#include "modules/messages/record_filter.hpp"

#include "codec/text.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace noded::messages {
namespace {

using Kind = database::Change::Kind;

constexpr std::string_view kRoot = "$data";
constexpr std::size_t kLevels = 4;
constexpr std::string_view kForm =
    "a topic is $data/<entity>/<create|update|delete>/<id>; + stands for any level, # at the end "
    "for all that follow";
constexpr std::array kActions{
    std::pair{Kind::kCreated, std::string_view("create")},
    std::pair{Kind::kUpdated, std::string_view("update")},
    std::pair{Kind::kErased, std::string_view("delete")}
};

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  std::string message = "topic \"" + std::string(text) + "\": ";
  return fail(Errc::kInvalid, message.append(why).append("; ").append(kForm));
}

std::vector<std::string_view> levels_of(std::string_view text) {
  std::vector<std::string_view> levels;
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    levels.push_back(text.substr(begin, end - begin));
    if (end == text.size()) return levels;
    begin = end + 1;
  }
}

// A level that is no wildcard has none in it.
bool is_plain(std::string_view level) {
  return !level.empty() && level.find_first_of("+#") == std::string_view::npos &&
         level.find('\0') == std::string_view::npos;
}

}  // namespace

std::string_view action_of(Kind kind) noexcept {
  for (const auto& [named, action] : kActions) {
    if (named == kind) return action;
  }
  return {};
}

Result<RecordFilter> RecordFilter::parse(std::string_view text) {
  if (text.size() > kMostText || !codec::is_valid_utf8(text))
    return fail(Errc::kInvalid, "a topic is UTF-8 of at most 1024 bytes");
  auto levels = levels_of(text);
  if (levels.front() != kRoot) return refuse(text, "it does not begin with $data/");
  const bool takes_rest = levels.back() == "#";
  if (takes_rest) {
    levels.pop_back();
    if (levels.size() >= kLevels) return refuse(text, "nothing follows the fourth level");
    levels.resize(kLevels, "+");
  }
  if (levels.size() != kLevels) return refuse(text, "it has to have four levels");
  RecordFilter filter;
  for (std::size_t i = 1; i < kLevels; ++i) {
    const std::string_view level = levels[i];
    if (level == "+") continue;
    if (!is_plain(level)) return refuse(text, "a level is empty or holds a wildcard beside text");
    if (i == 1) filter.entity_ = level;
    if (i == 3) filter.id_ = level;
    if (i != 2) continue;
    for (const auto& [kind, action] : kActions) {
      if (action == level) filter.kind_ = kind;
    }
    if (!filter.kind_) return refuse(text, "there is no action " + std::string(level));
  }
  return filter;
}

bool RecordFilter::takes(std::string_view entity, Kind kind, std::string_view id) const {
  return (entity_.empty() || entity_ == entity) && (!kind_ || *kind_ == kind) &&
         (id_.empty() || id_ == id);
}

}  // namespace noded::messages
