#include "codec/json_formats.hpp"

#include "codec/ascii.hpp"
#include "codec/hex.hpp"
#include "codec/regex.hpp"
#include "codec/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace noded::codec {
namespace {

// Reads a text from the left.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool skip(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool skip_either(char lower) { return skip(lower) || skip(static_cast<char>(lower - 32)); }
  // A number of exactly `digits` digits, at most `highest`.
  std::optional<int> take(int digits, int highest) {
    int number = 0;
    for (int count = 0; count < digits; ++count) {
      if (text_.empty() || !is_digit(text_[0])) return std::nullopt;
      number = number * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    if (number > highest) return std::nullopt;
    return number;
  }
  std::size_t skip_digits() {
    const std::size_t count = std::min(text_.find_first_not_of("0123456789"), text_.size());
    text_.remove_prefix(count);
    return count;
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

// RFC 3339 §5.6.
bool take_date(Reader& reader) {
  const auto year = reader.take(4, 9999);
  if (!year || !reader.skip('-')) return false;
  const auto month = reader.take(2, 12);
  if (!month || *month == 0 || !reader.skip('-')) return false;
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
  const int days = *month == 2 && is_leap ? 29 : kDays[static_cast<std::size_t>(*month - 1)];
  const auto day = reader.take(2, days);
  return day && *day > 0;
}

// A leap second stands at the end of a day of UTC.
bool take_time(Reader& reader) {
  const auto hour = reader.take(2, 23);
  if (!hour || !reader.skip(':')) return false;
  const auto minute = reader.take(2, 59);
  if (!minute || !reader.skip(':')) return false;
  const auto second = reader.take(2, 60);
  if (!second || (reader.skip('.') && reader.skip_digits() == 0)) return false;
  int offset = 0;
  if (!reader.skip_either('z')) {
    const bool is_east = reader.skip('+');
    if (!is_east && !reader.skip('-')) return false;
    const auto hours = reader.take(2, 23);
    if (!hours || !reader.skip(':')) return false;
    const auto minutes = reader.take(2, 59);
    if (!minutes) return false;
    offset = (is_east ? 1 : -1) * (*hours * 60 + *minutes);
  }
  constexpr int kDay = 24 * 60;
  return *second < 60 || (*hour * 60 + *minute - offset + kDay) % kDay == kDay - 1;
}

bool is_date(std::string_view text) {
  Reader reader(text);
  return take_date(reader) && reader.at_end();
}

bool is_time(std::string_view text) {
  Reader reader(text);
  return take_time(reader) && reader.at_end();
}

bool is_date_time(std::string_view text) {
  Reader reader(text);
  return take_date(reader) && (reader.skip_either('t') || reader.skip(' ')) && take_time(reader) &&
         reader.at_end();
}

// RFC 3339 appendix A: units in order, none left out between two given ones.
bool take_units(Reader& reader, std::string_view units) {
  std::size_t next = std::string_view::npos;
  while (!reader.at_end() && is_digit(reader.rest()[0])) {
    reader.skip_digits();
    if (reader.at_end()) return false;
    const std::size_t unit = units.find(reader.rest()[0]);
    if (unit == std::string_view::npos || (next != std::string_view::npos && unit != next))
      return false;
    reader.skip(units[unit]);
    next = unit + 1;
  }
  return next != std::string_view::npos;
}

bool is_duration(std::string_view text) {
  Reader reader(text);
  if (!reader.skip('P')) return false;
  if (text.ends_with('W')) return reader.skip_digits() > 0 && reader.rest() == "W";
  const bool has_date = take_units(reader, "YMD");
  if (!reader.skip('T')) return has_date && reader.at_end();
  return take_units(reader, "HMS") && reader.at_end();
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

// RFC 1123 §2.1.
bool is_hostname(std::string_view text) {
  if (text.size() > 253) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_ipv4(std::string_view text) {
  Reader reader(text);
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !reader.skip('.')) return false;
    const std::string_view before = reader.rest();
    const std::size_t digits = reader.skip_digits();
    if (digits == 0 || digits > 3 || (digits > 1 && before[0] == '0')) return false;
    if (Reader(before).take(static_cast<int>(digits), 255) == std::nullopt) return false;
  }
  return reader.at_end();
}

// Groups of 16 bits in `text`, the last perhaps an IPv4 address; empty when there is something
// else.
std::optional<int> count_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  int groups = 0;
  for (;;) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && may_end_in_ipv4 && group.contains('.')) {
      return is_ipv4(group) ? std::optional(groups + 2) : std::nullopt;
    }
    if (group.empty() || group.size() > 4) return std::nullopt;
    if (!std::ranges::all_of(group, [](char c) { return hex_value(c) < 16; })) return std::nullopt;
    ++groups;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

// RFC 4291 §2.2.
bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text, true) == 8;
  const auto before = count_groups(text.substr(0, gap), false);
  const auto behind = count_groups(text.substr(gap + 2), true);
  return before && behind && *before + *behind < 8;
}

// RFC 5321 §4.1.2 without quoted local parts and comments, or with an address literal.
bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (local.empty() || local.size() > 64 || local.front() == '.' || local.back() == '.')
    return false;
  if (local.contains("..")) return false;
  const auto is_atom = [](char c) {
    return is_alphanumeric(c) || std::string_view(".!#$%&'*+/=?^_`{|}~-").contains(c);
  };
  return std::ranges::all_of(local, is_atom) && is_hostname(domain);
}

// RFC 3986 §2: unreserved, sub-delims and percent-encodings, and those of `others`.
bool is_uri_text(std::string_view text, std::string_view others) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '%') {
      if (text.size() - at < 3 || hex_value(text[at + 1]) > 15 || hex_value(text[at + 2]) > 15)
        return false;
      at += 2;
    } else if (!is_alphanumeric(c) && !std::string_view("-._~!$&'()*+,;=").contains(c) &&
               !others.contains(c)) {
      return false;
    }
  }
  return true;
}

// [userinfo@]host[:port]
bool is_authority(std::string_view text) {
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    if (!is_uri_text(text.substr(0, at), ":")) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1))) return false;
    port = text.substr(close + 1);
  } else {
    const std::size_t colon = text.find(':');
    if (!is_uri_text(text.substr(0, colon), "")) return false;
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  return port.empty() || (port[0] == ':' && std::ranges::all_of(port.substr(1), is_digit));
}

// What stands behind the scheme.
bool is_hierarchy(std::string_view text) {
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    if (!is_uri_text(text.substr(hash + 1), ":@/?")) return false;
    text = text.substr(0, hash);
  }
  if (const std::size_t question = text.find('?'); question != std::string_view::npos) {
    if (!is_uri_text(text.substr(question + 1), ":@/?")) return false;
    text = text.substr(0, question);
  }
  if (text.starts_with("//")) {
    const std::size_t slash = std::min(text.find('/', 2), text.size());
    if (!is_authority(text.substr(2, slash - 2))) return false;
    text.remove_prefix(slash);
  }
  return is_uri_text(text, ":@/");
}

// The length of the scheme and its colon, or 0.
std::size_t scheme_length(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0])) return 0;
  const bool is_scheme = std::ranges::all_of(text.substr(0, colon), [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
  });
  return is_scheme ? colon + 1 : 0;
}

bool is_uri(std::string_view text) {
  const std::size_t scheme = scheme_length(text);
  return scheme > 0 && scheme < text.size() && is_hierarchy(text.substr(scheme));
}

bool is_uri_reference(std::string_view text) {
  if (is_uri(text)) return true;
  // A first segment with a colon would be a scheme.
  const std::string_view first = text.substr(0, text.find_first_of("/?#"));
  return !first.contains(':') && is_hierarchy(text);
}

bool is_url(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://", "ftp://"}) {
    if (text.starts_with(scheme))
      return text.size() > scheme.size() && text[scheme.size()] != '/' && is_uri(text);
  }
  return false;
}

bool is_uuid(std::string_view text) {
  return parse_uuid(text).has_value();
}

bool is_regex(std::string_view text) {
  return Regex::compile(text).has_value();
}

// RFC 6901.
bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  Reader reader(text);
  const std::size_t digits = reader.skip_digits();
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  return reader.rest() == "#" || is_json_pointer(reader.rest());
}

struct Format {
  std::string_view name;
  FormatPredicate predicate;
};
constexpr Format kFormats[] = {
    {"date", is_date},
    {"time", is_time},
    {"date-time", is_date_time},
    {"duration", is_duration},
    {"email", is_email},
    {"hostname", is_hostname},
    {"ipv4", is_ipv4},
    {"ipv6", is_ipv6},
    {"uri", is_uri},
    {"uri-reference", is_uri_reference},
    {"url", is_url},
    {"uuid", is_uuid},
    {"regex", is_regex},
    {"json-pointer", is_json_pointer},
    {"relative-json-pointer", is_relative_json_pointer},
};

}  // namespace

FormatPredicate find_format(std::string_view name) {
  const auto* format = std::ranges::find(kFormats, name, &Format::name);
  return format == std::end(kFormats) ? nullptr : format->predicate;
}

}  // namespace noded::codec
