#include "modules/messages/event_cursor.hpp"

#include <charconv>
#include <limits>
#include <system_error>

namespace noded::messages {
namespace {

template <class Number>
std::optional<Number> parse(std::string_view text) noexcept {
  Number number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // What is behind it has to be a place too.
  if (number == std::numeric_limits<Number>::max()) return std::nullopt;
  return number;
}

}  // namespace

std::string cursor_before(database::FeedPlace next) {
  if (next.position == 0) return std::to_string(next.sequence - 1);
  return std::to_string(next.sequence) + "." + std::to_string(next.position - 1);
}

std::optional<database::FeedPlace> place_behind(std::string_view cursor) noexcept {
  const std::size_t dot = cursor.find('.');
  const auto sequence = parse<Sequence>(cursor.substr(0, dot));
  if (!sequence) return std::nullopt;
  if (dot == std::string_view::npos) return database::FeedPlace{*sequence + 1, 0};
  const auto position = parse<std::uint32_t>(cursor.substr(dot + 1));
  if (!position) return std::nullopt;
  return database::FeedPlace{*sequence, *position + 1};
}

}  // namespace noded::messages
