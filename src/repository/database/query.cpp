#include "repository/database/query.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace noded::database {
namespace {

constexpr std::string_view kSearchError = "InvalidSearchParamsException";

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

std::unexpected<Error> refused(std::string message, std::string members = {}) {
  return fail(
      Errc::kUnprocessable, std::move(message), std::string(kSearchError), std::move(members)
  );
}

// "a,b", ["a","b"] or ["a,b","c"] as distinct names in their order. bknd takes an empty text as
// nothing given.
Result<std::vector<std::string>> names_of(const json::value& given, std::string_view parameter) {
  std::vector<std::string> names;
  const auto add = [&names](std::string_view list) {
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string_view name = list.substr(0, comma);
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
        names.emplace_back(name);
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  };
  if (given.is_null()) return names;
  if (given.is_string()) {
    add(given.get_string());
    return names;
  }
  if (given.is_array()) {
    for (const json::value& item : given.get_array()) {
      if (!item.is_string())
        return fail(Errc::kInvalid, "\"" + std::string(parameter) + "\" must hold texts");
      add(item.get_string());
    }
    return names;
  }
  return fail(
      Errc::kInvalid, "\"" + std::string(parameter) + "\" must be a text or an array of texts"
  );
}

class Parser {
 public:
  Parser(const Entity& entity, const QueryLimits& limits, std::uint32_t depth)
      : entity_(entity), limits_(limits), depth_(depth) {}

  Result<Query> parse(const json::object& options) {
    for (const auto& step :
         {&Parser::select,
          &Parser::sort,
          &Parser::window,
          &Parser::where,
          &Parser::join,
          &Parser::with}) {
      auto done = (this->*step)(options);
      if (!done) return std::unexpected(std::move(done.error()));
    }
    return std::move(query_);
  }

 private:
  Result<> select(const json::object& options) {
    const json::value* given = options.if_contains("select");
    if (given == nullptr) return {};
    const auto names = names_of(*given, "select");
    if (!names) return std::unexpected(names.error());
    std::vector<std::string> unknown;
    for (const std::string& name : *names) {
      const Field* field = entity_.find_field(name);
      const bool is_visible =
          std::find(entity_.visible.begin(), entity_.visible.end(), field) != entity_.visible.end();
      if (is_visible) {
        query_.select.push_back(field);
      } else {
        unknown.push_back(name);
      }
    }
    if (unknown.empty()) return {};
    std::string members = "{\"context\":{\"entity\":";
    codec::append_json_string(members, entity_.name);
    members += ",\"valid\":[";
    for (const Field* field : entity_.visible) {
      if (field != entity_.visible.front()) members.push_back(',');
      codec::append_json_string(members, field->name);
    }
    members += "]}}";
    return refused("Invalid select field(s): " + joined(unknown), std::move(members));
  }

  Result<> sort(const json::object& options) {
    const json::value* given = options.if_contains("sort");
    if (given == nullptr || given->is_null()) return {};
    if (given->is_object()) {
      const json::object& form = given->get_object();
      const json::value* by = form.if_contains("by");
      const json::value* direction = form.if_contains("dir");
      if (by == nullptr || !by->is_string())
        return fail(Errc::kInvalid, "\"sort.by\" must be a text");
      if (direction != nullptr &&
          (!direction->is_string() || (*direction != "asc" && *direction != "desc"))) {
        return refused("Invalid sort direction \"" + codec::to_json_text(*direction) + "\"");
      }
      return sort_by(by->get_string(), direction != nullptr && *direction == "desc");
    }
    if (!given->is_string()) return fail(Errc::kInvalid, "\"sort\" must be a text or an object");
    const std::string_view text = given->get_string();
    if (!is_sort_text(text)) return sort_by(entity_.primary().name, false);  // as bknd
    return text.starts_with('-') ? sort_by(text.substr(1), true) : sort_by(text, false);
  }

  Result<> sort_by(std::string_view name, bool descending) {
    std::string_view own = name;
    if (own.starts_with(entity_.name + ".")) own.remove_prefix(entity_.name.size() + 1);
    const Field* field = entity_.find_field(own);
    if (field == nullptr || field->is_virtual || field->is_hidden(Context::kRead)) {
      return refused("Invalid sort field \"" + std::string(name) + "\"");
    }
    query_.sort = field;
    query_.descending = descending;
    return {};
  }

  // A number or a numeric text; empty when absent.
  static Result<std::optional<double>> number(const json::object& options, std::string_view name) {
    const json::value* given = options.if_contains(name);
    if (given == nullptr || given->is_null()) return std::nullopt;
    if (given->is_number()) return given->to_number<double>();
    if (given->is_string()) {
      const std::string_view text = given->get_string();
      double parsed = 0;
      const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), parsed);
      if (text.empty()) return std::nullopt;
      if (fault == std::errc() && end == text.data() + text.size() && std::isfinite(parsed))
        return parsed;
    }
    return fail(Errc::kInvalid, "\"" + std::string(name) + "\" must be a number");
  }

  Result<> window(const json::object& options) {
    const auto limit = number(options, "limit");
    if (!limit) return std::unexpected(limit.error());
    const auto offset = number(options, "offset");
    if (!offset) return std::unexpected(offset.error());
    for (const auto& given : {*limit, *offset}) {
      if (given && *given != std::floor(*given)) {
        return fail(Errc::kInvalid, "\"limit\" and \"offset\" must be whole numbers");
      }
    }
    const auto most = static_cast<double>(limits_.max_rows);
    if (*limit && **limit != 0) {
      query_.limit =
          **limit < 0 || **limit > most ? limits_.max_rows : static_cast<std::uint64_t>(**limit);
    }
    query_.limit = std::min(query_.limit, limits_.max_rows);
    if (*offset && **offset > 0)
      query_.offset = static_cast<std::uint64_t>(std::min(**offset, 1e15));
    return {};
  }

  Result<> where(const json::object& options) {
    const json::value* given = options.if_contains("where");
    if (given == nullptr || given->is_null()) return {};
    auto filter = Filter::compile(entity_, *given, Grammar::kWhere, true, false);
    if (!filter) return std::unexpected(std::move(filter.error()));
    std::size_t conditions = 0;
    for (const Conjunction& conjunction : filter->any) {
      for (const Condition& condition : conjunction)
        conditions += std::max<std::size_t>(1, condition.operands.size());
    }
    if (conditions > limits_.max_conditions) {
      return fail(
          Errc::kTooLarge,
          "\"where\" has more than " + std::to_string(limits_.max_conditions) + " conditions"
      );
    }
    query_.where = std::move(*filter);
    query_.where_json = given->get_object();
    return {};
  }

  Result<> join(const json::object& options) {
    const json::value* given = options.if_contains("join");
    if (given == nullptr) return {};
    const auto names = names_of(*given, "join");
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      const Reference* reference = entity_.find_reference(name);
      if (reference == nullptr)
        return refused("JOIN: \"" + name + "\" is not a relation of \"" + entity_.name + "\"");
      query_.join.push_back(reference);
    }
    return {};
  }

  Result<> with(const json::object& options) {
    const json::value* given = options.if_contains("with");
    if (given == nullptr || given->is_null()) return {};
    if (given->is_object()) {
      for (const auto& [name, nested] : given->get_object()) {
        if (!nested.is_object() && !nested.is_null()) {
          return fail(
              Errc::kInvalid,
              "\"with." + std::string(name) + "\" must be an object of query options"
          );
        }
        auto added = add_with(name, nested.is_null() ? json::object() : nested.get_object());
        if (!added) return added;
      }
      return {};
    }
    const auto names = names_of(*given, "with");
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      auto added = add_with(name, {});
      if (!added) return added;
    }
    return {};
  }

  Result<> add_with(std::string_view name, const json::object& options) {
    const Reference* reference = entity_.find_reference(name);
    if (reference == nullptr) {
      return refused(
          "WITH: \"" + std::string(name) + "\" is not a relation of \"" + entity_.name + "\""
      );
    }
    if (depth_ >= limits_.max_with_depth) {
      return fail(
          Errc::kTooLarge,
          "\"with\" is nested deeper than " + std::to_string(limits_.max_with_depth)
      );
    }
    auto nested = Parser(*reference->other, limits_, depth_ + 1).parse(options);
    if (!nested) return std::unexpected(std::move(nested.error()));
    query_.with.push_back({reference, std::make_shared<const Query>(std::move(*nested))});
    return {};
  }

  const Entity& entity_;
  const QueryLimits& limits_;
  std::uint32_t depth_;
  Query query_;
};

}  // namespace

bool is_sort_text(std::string_view text) noexcept {
  const auto begins_name = [](char c) {
    return codec::is_letter(c) || c == '_';
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || !begins_name(text.front())) return false;
  return std::ranges::all_of(text, [&](char c) {
    return begins_name(c) || codec::is_digit(c) || c == '.';
  });
}

Result<Query> parse_query(
    const Entity& entity, const json::object& options, const QueryLimits& limits
) {
  return Parser(entity, limits, 0).parse(options);
}

}  // namespace noded::database
