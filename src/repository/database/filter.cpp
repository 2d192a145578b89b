#include "repository/database/filter.hpp"

#include "codec/json.hpp"
#include "repository/database/operand.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <optional>

namespace noded::database {
namespace {

struct OperatorName {
  std::string_view name;
  Operator op;
  bool in_where;
  bool in_policy;
};

constexpr OperatorName kOperators[] = {
    {"$eq", Operator::kEqual, true, true},
    {"$ne", Operator::kNotEqual, true, true},
    {"$gt", Operator::kGreater, true, true},
    {"$gte", Operator::kGreaterEqual, true, true},
    {"$lt", Operator::kLess, true, true},
    {"$lte", Operator::kLessEqual, true, true},
    {"$isnull", Operator::kIsNull, true, true},
    {"$in", Operator::kIn, true, true},
    {"$notin", Operator::kNotIn, true, true},
    {"$between", Operator::kBetween, true, true},
    {"$like", Operator::kLike, true, false},
    {"$like", Operator::kContains, false, true},
    {"$regex", Operator::kRegex, false, true},
    {"$notnull", Operator::kIsNotNull, false, true},
};

const OperatorName* find_operator(std::string_view name, Grammar grammar) {
  for (const OperatorName& candidate : kOperators) {
    const bool allowed = grammar == Grammar::kWhere ? candidate.in_where : candidate.in_policy;
    if (allowed && candidate.name == name) return &candidate;
  }
  return nullptr;
}

bool is_primitive(const json::value& value) {
  return value.is_string() || value.is_number() || value.is_bool();
}

template <class Members>
std::string joined(const Members& members) {
  std::string text;
  for (const auto& member : members) {
    if (!text.empty()) text += ", ";
    text += member;
  }
  return text;
}

std::vector<std::string> keys_of(const json::object& object) {
  std::vector<std::string> keys;
  for (const auto& member : object)
    keys.emplace_back(member.key());
  return keys;
}

std::unexpected<Error> bad_operand(
    std::string_view field, std::string_view op, const json::value& operand
) {
  std::string message = "Given value at \"";
  message.append(field).append(".").append(op).append("\" is invalid, got \"");
  codec::append_json(message, operand);
  message += '"';
  return fail(Errc::kInvalid, std::move(message));
}

std::unexpected<Error> unknown_operators(
    std::string_view field, const std::vector<std::string>& unknown, Grammar grammar
) {
  std::vector<std::string_view> allowed;
  for (const OperatorName& candidate : kOperators) {
    if (grammar == Grammar::kWhere ? candidate.in_where : candidate.in_policy)
      allowed.push_back(candidate.name);
  }
  std::string message = "Invalid key(s) at \"";
  message.append(field).append("\": ").append(joined(unknown));
  message.append(". Expected expression key: ").append(joined(allowed)).append(".");
  return fail(Errc::kInvalid, std::move(message));
}

// Turns one where or policy object into a Filter.
class Compiler {
 public:
  Compiler(const Entity& entity, Grammar grammar, bool allow_hidden)
      : entity_(entity), grammar_(grammar), allow_hidden_(allow_hidden) {}

  Result<> compile(const json::object& where) {
    Conjunction members;
    std::vector<Conjunction> alternatives;
    bool has_members = false;
    const json::object* either = nullptr;
    for (const auto& [key, value] : where) {
      if (key == "$or") {
        if (!value.is_object()) return fail(Errc::kInvalid, "$or must be an object");
        either = &value.get_object();
        continue;
      }
      has_members = true;
      auto added = add_member(where, key, value, members);
      if (!added) return added;
    }
    if (either == nullptr) {
      if (has_members) filter_.any.push_back(std::move(members));
      return {};
    }
    return add_alternatives(*either, has_members, std::move(members));
  }

  const std::vector<std::string>& unknown_fields() const { return unknown_; }
  Filter take() { return std::move(filter_); }

 private:
  // bknd: beside other members the entries of $or are one conjunction; alone each entry is an
  // alternative of its own.
  Result<> add_alternatives(const json::object& either, bool has_members, Conjunction members) {
    Conjunction together;
    for (const auto& [key, value] : either) {
      if (key == "$or")
        return fail(Errc::kInvalid, "Operand $or can only appear at the top level.");
      Conjunction entry;
      auto added = add_member(either, key, value, has_members ? together : entry);
      if (!added) return added;
      if (!has_members) filter_.any.push_back(std::move(entry));
    }
    if (!has_members) return {};
    filter_.any.push_back(std::move(members));
    if (!either.empty()) filter_.any.push_back(std::move(together));
    return {};
  }

  Result<> add_member(
      const json::object& all,
      std::string_view key,
      const json::value& value,
      Conjunction& conditions
  ) {
    if (key.starts_with('$')) {
      return fail(
          Errc::kInvalid,
          "Invalid key '" + joined(keys_of(all)) + "'. Keys must not start with '$'."
      );
    }
    Condition condition;
    const bool is_known = resolve(key, condition);
    if (!is_known) unknown_.emplace_back(key);
    if (is_primitive(value)) {
      condition.op = Operator::kEqual;
      return add(std::move(condition), key, "$eq", value, conditions, is_known);
    }
    if (!value.is_object()) {
      return fail(
          Errc::kInvalid,
          "Invalid value at \"" + std::string(key) + "\", got \"" + codec::to_json_text(value) +
              "\""
      );
    }
    return add_operators(condition, key, value.get_object(), conditions, is_known);
  }

  Result<> add_operators(
      const Condition& target,
      std::string_view key,
      const json::object& operators,
      Conjunction& conditions,
      bool is_known
  ) {
    std::vector<std::string> unknown;
    for (const auto& member : operators) {
      if (find_operator(member.key(), grammar_) == nullptr) unknown.emplace_back(member.key());
    }
    if (!unknown.empty()) return unknown_operators(key, unknown, grammar_);
    for (const auto& [name, operand] : operators) {
      Condition condition = target;
      condition.op = find_operator(name, grammar_)->op;
      auto added = add(std::move(condition), key, name, operand, conditions, is_known);
      if (!added) return added;
    }
    return {};
  }

  // Finds the field a key names: "views", "posts.views", "authors.name", "editor.name".
  bool resolve(std::string_view key, Condition& condition) {
    const std::size_t dot = key.find('.');
    const Entity* owner = &entity_;
    if (dot != std::string_view::npos && key.substr(0, dot) != entity_.name) {
      condition.via = find_related(key.substr(0, dot));
      if (condition.via == nullptr) return false;
      owner = condition.via->other;
    }
    condition.field = owner->find_field(dot == std::string_view::npos ? key : key.substr(dot + 1));
    if (condition.field == nullptr || condition.field->is_virtual) return false;
    if (!allow_hidden_ && condition.field->is_hidden(Context::kRead)) return false;
    if (condition.via != nullptr) remember(*condition.via);
    return true;
  }

  // By reference name; failing that by the other entity's name, as bknd writes it.
  const Reference* find_related(std::string_view name) const {
    if (const Reference* reference = entity_.find_reference(name); reference != nullptr)
      return reference;
    const auto by_entity = std::find_if(
        entity_.references.begin(),
        entity_.references.end(),
        [name](const Reference& reference) { return reference.other->name == name; }
    );
    return by_entity == entity_.references.end() ? nullptr : &*by_entity;
  }

  void remember(const Reference& reference) {
    if (std::find(filter_.used.begin(), filter_.used.end(), &reference) == filter_.used.end()) {
      filter_.used.push_back(&reference);
    }
  }

  // Checks the operand's form, brings it to the field's stored type and adds the condition (if the
  // field is known).
  Result<> add(
      Condition condition,
      std::string_view key,
      std::string_view name,
      const json::value& operand,
      Conjunction& conditions,
      bool is_known
  ) {
    switch (condition.op) {
      case Operator::kIsNull:
      case Operator::kIsNotNull: {
        const auto flag = as_flag(operand);
        if (!flag) return bad_operand(key, name, operand);
        if (!*flag)
          condition.op =
              condition.op == Operator::kIsNull ? Operator::kIsNotNull : Operator::kIsNull;
        break;
      }
      case Operator::kIn:
      case Operator::kNotIn:
        if (!operand.is_array()) return bad_operand(key, name, operand);
        for (const json::value& item : operand.get_array()) {
          if (item.is_null()) continue;  // SQL: nothing equals null
          if (!is_primitive(item)) return bad_operand(key, name, operand);
          if (!add_operand(condition, item, is_known)) return bad_operand(key, name, operand);
        }
        break;
      case Operator::kBetween:
        if (!operand.is_array() || operand.get_array().size() != 2)
          return bad_operand(key, name, operand);
        for (const json::value& bound : operand.get_array()) {
          if (!is_primitive(bound) || !add_operand(condition, bound, is_known)) {
            return bad_operand(key, name, operand);
          }
        }
        break;
      case Operator::kLike:
      case Operator::kContains:
        if (!is_primitive(operand)) return bad_operand(key, name, operand);
        if (has_wildcards(operand)) condition.op = Operator::kLike;
        condition.operands.emplace_back(ValueView::of_text(like_text(condition.op, operand)));
        break;
      case Operator::kRegex: {
        if (!operand.is_string()) return bad_operand(key, name, operand);
        auto compiled = codec::Regex::compile(operand.get_string());
        if (!compiled) return std::unexpected(std::move(compiled.error()));
        condition.regex = std::move(*compiled);
        break;
      }
      case Operator::kGreater:
      case Operator::kGreaterEqual:
      case Operator::kLess:
      case Operator::kLessEqual:
        // bknd's HTTP layer takes numbers alone, so that dates and text cannot be compared; here
        // text may be, except against a number, where it has no order.
        if (!is_primitive(operand) ||
            (is_known && !is_ordered_operand(owner_of(condition), *condition.field, operand))) {
          return bad_operand(key, name, operand);
        }
        [[fallthrough]];
      case Operator::kEqual:
      case Operator::kNotEqual:
        if (!is_primitive(operand) || !add_operand(condition, operand, is_known)) {
          return bad_operand(key, name, operand);
        }
        break;
    }
    if (is_known) conditions.push_back(std::move(condition));
    return {};
  }

  const Entity& owner_of(const Condition& condition) const {
    return condition.via != nullptr ? *condition.via->other : entity_;
  }

  bool add_operand(Condition& condition, const json::value& given, bool is_known) const {
    if (!is_known) return true;  // reported as an unknown field
    auto operand = operand_for(owner_of(condition), *condition.field, given);
    if (!operand) return false;
    condition.operands.push_back(std::move(*operand));
    return true;
  }

  static std::optional<bool> as_flag(const json::value& operand) {
    if (operand.is_bool()) return operand.get_bool();
    if (operand.is_int64() && (operand.get_int64() == 0 || operand.get_int64() == 1)) {
      return operand.get_int64() == 1;
    }
    return std::nullopt;
  }

  // bknd reads rows through a policy as through a where, where these two stand for any run.
  static bool has_wildcards(const json::value& operand) {
    return text_of_primitive(operand).find_first_of("*%") != std::string::npos;
  }

  static std::string like_text(Operator op, const json::value& operand) {
    std::string text = text_of_primitive(operand);
    if (op == Operator::kLike) std::replace(text.begin(), text.end(), '*', '%');
    return text;
  }

  const Entity& entity_;
  Grammar grammar_;
  bool allow_hidden_;
  Filter filter_;
  std::vector<std::string> unknown_;
};

}  // namespace

std::optional<Operator> where_operator(std::string_view name) {
  const OperatorName* found = find_operator(name, Grammar::kWhere);
  if (found == nullptr) return std::nullopt;
  return found->op;
}

Result<Filter> Filter::compile(
    const Entity& entity,
    const json::value& where,
    Grammar grammar,
    bool with_context,
    bool allow_hidden
) {
  if (where.is_null()) return Filter{};
  if (!where.is_object()) return fail(Errc::kInvalid, "$query must be an object");
  Compiler compiler(entity, grammar, allow_hidden);
  auto compiled = compiler.compile(where.get_object());
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  if (!compiler.unknown_fields().empty()) {
    std::string context;
    if (with_context) {
      std::string name;
      codec::append_json_string(name, entity.name);
      context = "{\"context\":{\"aliases\":[" + name + "],\"entity\":" + name + "}}";
    }
    return fail(
        Errc::kUnprocessable,
        "Invalid where field(s): " + joined(compiler.unknown_fields()),
        "InvalidSearchParamsException",
        std::move(context)
    );
  }
  return compiler.take();
}

}  // namespace noded::database
