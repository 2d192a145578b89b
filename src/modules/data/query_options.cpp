#include "modules/data/query_options.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/data/validation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace noded::data {
namespace {

// What one member of the options was given as: nothing, or a JSON value (a text or a list of texts
// in a query string).
using Given = const json::value*;

std::unexpected<Error> refuse_member(
    std::string_view name,
    std::string_view keyword,
    std::string_view reason,
    const json::value& data
) {
  const std::string instance = "/" + std::string(name);
  return refuse(
      "/properties" + instance + "/" + std::string(keyword), instance, reason, data, kQuerySchema
  );
}

std::unexpected<Error> refuse_alternatives(std::string_view name, const json::value& data) {
  return refuse_member(name, "anyOf", "Expected at least one to match", data);
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

// As ECMAScript's Number(text) for decimal and hexadecimal forms of finite numbers.
std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t whole = 0;
    const auto [stop, fault] = std::from_chars(text.data() + 2, end, whole, 16);
    if (fault != std::errc() || stop != end) return std::nullopt;
    return static_cast<double>(whole);
  }
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const auto [stop, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

// A limit or an offset: a number, or text of one. Empty text and a limit of 0 are as if absent.
Result<std::optional<std::int64_t>> decode_count(std::string_view name, const json::value& given) {
  std::optional<double> number;
  if (const auto* text = given.if_string()) {
    const std::string_view trimmed = trim(*text);
    if (trimmed.empty()) return std::nullopt;
    number = parse_number(trimmed);
  } else if (given.is_number()) {
    number = given.to_number<double>();
  }
  if (!number) return refuse_member(name, "type", "Expected number", given);
  if (*number != std::trunc(*number)) return refuse_member(name, "type", "Expected integer", given);
  if (*number == 0) return std::nullopt;
  constexpr double kMost = 9007199254740992.0;  // 2^53: whole numbers beyond it are not exact
  return static_cast<std::int64_t>(std::clamp(*number, -kMost, kMost));
}

Result<> decode_sort_object(json::object given, json::object& members) {
  if (!given.contains("by")) given["by"] = "id";
  if (!given.contains("dir")) given["dir"] = "asc";
  const json::value& direction = given.at("dir");
  const bool is_direction = direction == "asc" || direction == "desc";
  if (given.size() != 2 || !given.at("by").is_string() || !is_direction) {
    return refuse_alternatives("sort", given);
  }
  members["sort"] = std::move(given);
  return {};
}

// Text that names no field and is no object counts as "id": the entity's own sort holds only where
// none was given.
Result<> decode_sort(const json::value& given, json::object& members) {
  if (const auto* object = given.if_object()) return decode_sort_object(*object, members);
  const auto* text = given.if_string();
  if (text == nullptr) return refuse_alternatives("sort", given);
  if (database::is_sort_text(*text)) {
    const bool descending = text->starts_with('-');
    const std::string_view field = std::string_view(*text).substr(descending ? 1 : 0);
    members["sort"] = {{"by", field}, {"dir", descending ? "desc" : "asc"}};
    return {};
  }
  if (text->starts_with('{')) {
    auto parsed = codec::parse_json(*text, "sort");
    if (parsed && parsed->is_object()) {
      return decode_sort_object(std::move(parsed->as_object()), members);
    }
  }
  return decode_sort_object({}, members);
}

json::array split_names(std::string_view text) {
  json::array names;
  while (true) {
    const std::size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

// select and join: names separated by commas, or a list of them without repetition. Other kinds
// count as none.
Result<> decode_names(std::string_view name, const json::value& given, json::object& members) {
  json::array names;
  if (const auto* text = given.if_string()) {
    if (text->empty()) return {};
    names = split_names(*text);
  } else if (const auto* list = given.if_array()) {
    names = *list;
  } else {
    return {};
  }
  std::vector<std::string_view> seen;
  for (const json::value& entry : names) {
    if (!entry.is_string()) return refuse_alternatives(name, names);
    seen.emplace_back(entry.as_string());
  }
  std::ranges::sort(seen);
  if (std::ranges::adjacent_find(seen) != seen.end()) return refuse_alternatives(name, names);
  if (!names.empty()) members[name] = std::move(names);
  return {};
}

// Names separated by commas, JSON text of a list or an object, a list, or an object.
Result<> decode_with(const json::value& given, json::object& members) {
  if (const auto* text = given.if_string()) {
    if (text->empty()) return {};
    if (!text->starts_with('{') && !text->starts_with('[')) {
      members["with"] = split_names(*text);
      return {};
    }
    auto parsed = codec::parse_json(*text, "with");
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return decode_with(*parsed, members);
  }
  if (!given.is_array() && !given.is_object()) return refuse_alternatives("with", given);
  members["with"] = given;
  if (auto* list = members["with"].if_array()) {
    for (json::value& entry : *list) {
      if (!entry.is_string()) entry = codec::to_json_text(entry);
    }
  }
  return {};
}

Result<> decode_where_member(const json::value& given, json::object& members) {
  auto where = decode_where(given);
  if (!where) return std::unexpected(std::move(where.error()));
  if (!where->empty()) members["where"] = std::move(*where);
  return {};
}

// The members in the order in which bknd's schema names them: the first that does not fit is the
// one reported.
Result<QueryOptions> decode_members(
    Given limit, Given offset, Given sort, Given where, Given select, Given join, Given with
) {
  QueryOptions options;
  if (limit != nullptr) {
    auto count = decode_count("limit", *limit);
    if (!count) return std::unexpected(std::move(count.error()));
    options.limit = *count;
  }
  if (offset != nullptr) {
    auto count = decode_count("offset", *offset);
    if (!count) return std::unexpected(std::move(count.error()));
    options.offset = *count;
  }
  json::object& members = options.members;
  Result<> decoded;
  if (sort != nullptr) decoded = decode_sort(*sort, members);
  if (decoded && where != nullptr) decoded = decode_where_member(*where, members);
  if (decoded && select != nullptr) decoded = decode_names("select", *select, members);
  if (decoded && join != nullptr) decoded = decode_names("join", *join, members);
  if (decoded && with != nullptr) decoded = decode_with(*with, members);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  return options;
}

constexpr std::array<std::string_view, 7> kNames{
    "limit",
    "offset",
    "sort",
    "where",
    "select",
    "join",
    "with",
};

// Ill-formed percent-encoding stays as it was sent, as bknd's server leaves it.
std::string decode_component(std::string_view text) {
  if (text.find_first_of("%+") == std::string_view::npos) return std::string(text);
  return codec::percent_decode_what_can_be(text, true);
}

// A parameter given several times becomes a list.
void add(json::value& slot, bool& is_given, std::string text) {
  if (!is_given) {
    slot = std::move(text);
    is_given = true;
    return;
  }
  if (!slot.is_array()) {
    json::array list;
    list.push_back(std::move(slot));
    slot = std::move(list);
  }
  slot.as_array().emplace_back(std::move(text));
}

}  // namespace

Result<json::object> decode_where(const json::value& where) {
  if (where.is_null()) return json::object();
  if (const auto* object = where.if_object()) return *object;
  if (const auto* text = where.if_string()) {
    if (text->empty()) return json::object();
    auto parsed = codec::parse_json(*text, "where");
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    if (!parsed->is_string()) return decode_where(*parsed);
  }
  if (const auto* list = where.if_array()) {
    json::object by_position;
    for (std::size_t i = 0; i < list->size(); ++i)
      by_position[std::to_string(i)] = (*list)[i];
    return by_position;
  }
  return fail(Errc::kInvalid, "$query must be an object");
}

Result<QueryOptions> decode_query_string(std::string_view text) {
  if (text.empty()) return QueryOptions();
  std::array<json::value, kNames.size()> values;
  std::array<bool, kNames.size()> given{};
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t equals = pair.find('=');
    const std::string name = decode_component(pair.substr(0, equals));
    const auto known = std::ranges::find(kNames, name);
    if (known == kNames.end()) continue;
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    const auto place = static_cast<std::size_t>(known - kNames.begin());
    add(values[place], given[place], decode_component(value));
  }
  const auto slot = [&](std::size_t place) {
    return given[place] ? &values[place] : nullptr;
  };
  return decode_members(slot(0), slot(1), slot(2), slot(3), slot(4), slot(5), slot(6));
}

Result<QueryOptions> decode_query_body(const json::value& body) {
  const auto* object = body.if_object();
  if (object == nullptr) return refuse("/type", "/", "Expected object", body, kQuerySchema);
  const auto slot = [&](std::size_t place) {
    return object->if_contains(kNames[place]);
  };
  return decode_members(slot(0), slot(1), slot(2), slot(3), slot(4), slot(5), slot(6));
}

Result<database::Query> to_query(
    const database::Entity& entity, const QueryOptions& options, const database::QueryLimits& limits
) {
  database::Query query;
  if (!options.members.empty()) {
    auto parsed = database::parse_query(entity, options.members, limits);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    query = std::move(*parsed);
  }
  constexpr std::int64_t kDefaultLimit = 10;
  const std::int64_t limit = options.limit.value_or(kDefaultLimit);
  query.limit =
      limit < 0 ? limits.max_rows : std::min(static_cast<std::uint64_t>(limit), limits.max_rows);
  query.offset = static_cast<std::uint64_t>(std::max<std::int64_t>(options.offset.value_or(0), 0));
  return query;
}

}  // namespace noded::data
