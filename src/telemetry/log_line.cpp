#include "telemetry/log_line.hpp"

#include <fmt/format.h>
#include <spdlog/details/log_msg.h>

#include <cstddef>

namespace noded::telemetry {
namespace {

void append(spdlog::memory_buf_t& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

std::string_view level_text(spdlog::level::level_enum level) {
  if (level <= spdlog::level::debug) return "debug";
  if (level == spdlog::level::info) return "info";
  if (level == spdlog::level::warn) return "warning";
  return "error";
}

// RFC 3629 §4: bytes of the well-formed sequence that `text` begins with, which is not ASCII; 0 if
// there is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [text](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char lead = at(0);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at(1) < least || at(1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (at(i) < 0x80 || at(i) > 0xbf) return 0;
  }
  return length;
}

struct Message {
  std::string_view event;
  std::string_view members;
};

Message split(const spdlog::details::log_msg& message) {
  const std::string_view payload(message.payload.data(), message.payload.size());
  const std::size_t zero = payload.find('\0');
  if (zero == std::string_view::npos) return {payload, {}};
  return {payload.substr(0, zero), payload.substr(zero + 1)};
}

// "a":1,"b":"x" → a=1 b="x". Only commas and names outside of texts and of inner brackets are
// turned.
void append_members_plainly(spdlog::memory_buf_t& out, std::string_view members) {
  bool in_text = false;
  bool in_name = true;
  int depth = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const char c = members[i];
    const bool is_quote = c == '"';
    if (in_text && c == '\\' && i + 1 < members.size()) {
      append(out, members.substr(i++, 2));
      continue;
    }
    if (is_quote) in_text = !in_text;
    if (is_quote && in_name && depth == 0) continue;
    if (!in_text && (c == '{' || c == '[')) ++depth;
    if (!in_text && (c == '}' || c == ']')) --depth;
    const bool is_separator = !in_text && depth == 0 && (c == ',' || (c == ':' && in_name));
    if (is_separator) {
      in_name = c == ',';
      out.push_back(c == ',' ? ' ' : '=');
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else if (byte < 0x80) {
      out += c;
    } else if (const std::size_t length = utf8_length(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length - 1;
    } else {
      out += "\\ufffd";
    }
  }
  out += '"';
}

void compose_message(std::string& out, std::string_view event, std::string_view members) {
  append_json_text(out, event);
  out += '\0';
  out += members;
}

void LineClock::append(spdlog::memory_buf_t& out, spdlog::log_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second != second_) {
    second_ = second;
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(second - day);
    text_ = fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
  }
  telemetry::append(out, text_);
  const auto millisecond =
      std::chrono::duration_cast<std::chrono::milliseconds>(time - second).count();
  const char digits[] = {
      static_cast<char>('0' + millisecond / 100),
      static_cast<char>('0' + millisecond / 10 % 10),
      static_cast<char>('0' + millisecond % 10),
      'Z',
  };
  telemetry::append(out, std::string_view(digits, sizeof digits));
}

void JsonLine::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
  const auto [event, members] = split(message);
  append(out, R"({"time":")");
  clock_.append(out, message.time);
  append(out, R"(","level":")");
  append(out, level_text(message.level));
  append(out, R"(","event":)");
  append(out, event);
  if (!members.empty()) out.push_back(',');
  append(out, members);
  append(out, "}\n");
}

void ConsoleLine::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
  const auto [event, members] = split(message);
  const std::size_t start = out.size();
  clock_.append(out, message.time);
  // Only the time of the day, and no zone: a person reads it beside the node.
  constexpr std::size_t kDate = std::string_view("2024-05-31T").size();
  const std::string time(out.data() + start + kDate, out.data() + out.size() - 1);
  out.resize(start);
  append(out, time);
  out.push_back(' ');
  const std::string_view level = level_text(message.level);
  append(out, level);
  append(out, std::string_view("        ").substr(level.size()));
  append(out, event.substr(1, event.size() - 2));
  if (!members.empty()) out.push_back(' ');
  append_members_plainly(out, members);
  out.push_back('\n');
}

}  // namespace noded::telemetry
