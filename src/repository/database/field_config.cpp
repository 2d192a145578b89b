#include "repository/database/field_config.hpp"

#include "codec/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace noded::database {
namespace {

constexpr std::size_t kMaxNameBytes = 64;

constexpr std::array<std::pair<std::string_view, FieldType>, 10> kFieldTypes{{
    {"primary", FieldType::kPrimary},
    {"text", FieldType::kText},
    {"number", FieldType::kNumber},
    {"boolean", FieldType::kBoolean},
    {"date", FieldType::kDate},
    {"enum", FieldType::kEnum},
    {"json", FieldType::kJson},
    {"jsonschema", FieldType::kJsonSchema},
    {"relation", FieldType::kRelation},
    {"media", FieldType::kMedia},
}};

constexpr std::array<std::pair<std::string_view, Context>, 7> kContexts{{
    {"create", Context::kCreate},
    {"read", Context::kRead},
    {"update", Context::kUpdate},
    {"delete", Context::kDelete},
    {"form", Context::kForm},
    {"table", Context::kTable},
    {"submit", Context::kSubmit},
}};

constexpr std::array<std::pair<std::string_view, OnDelete>, 5> kOnDelete{{
    {"set null", OnDelete::kSetNull},
    {"cascade", OnDelete::kCascade},
    {"set default", OnDelete::kSetDefault},
    {"restrict", OnDelete::kRestrict},
    {"no action", OnDelete::kNoAction},
}};

constexpr std::array<std::pair<std::string_view, DateKind>, 3> kDateKinds{{
    {"date", DateKind::kDate},
    {"datetime", DateKind::kDatetime},
    {"week", DateKind::kWeek},
}};

template <class Table>
auto find_named(const Table& table, std::string_view name)
    -> std::optional<decltype(table[0].second)> {
  for (const auto& [entry_name, value] : table) {
    if (entry_name == name) return value;
  }
  return std::nullopt;
}

// A choice among the names of `table`; refused when it is none of them.
template <class Table, class Choice>
void read_choice(ConfigReader& config, std::string_view name, const Table& table, Choice& choice) {
  const auto given = config.text(name);
  if (!given) return;
  const auto found = find_named(table, *given);
  if (found) {
    choice = *found;
  } else {
    config.refuse("\"" + *given + "\" is no valid \"" + std::string(name) + "\"");
  }
}

// true, false or a list of contexts.
void read_contexts(
    ConfigReader& config, const json::object& object, std::string_view name, ContextSet& set
) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) {
    const auto all = config.boolean(name);
    if (all) set = *all ? ContextSet{0x7f} : ContextSet{0};
    return;
  }
  set = 0;
  for (const json::value& item : value->get_array()) {
    const auto context = item.is_string() ? find_named(kContexts, item.get_string()) : std::nullopt;
    if (!context) return config.refuse("\"" + std::string(name) + "\" lists an unknown context");
    set = static_cast<ContextSet>(set | static_cast<ContextSet>(*context));
  }
}

// bknd's defaults, in the order in which a dump shows them: after what is given.
void fill_defaults(FieldType type, json::object& config) {
  switch (type) {
    case FieldType::kPrimary:
      set_default(config, "format", "integer");
      config["fillable"] = false;
      config["required"] = false;
      break;
    case FieldType::kDate:
      set_default(config, "type", "date");
      break;
    case FieldType::kRelation:
      set_default(config, "target_field", "id");
      set_default(config, "target_field_type", "integer");
      set_default(config, "on_delete", "set null");
      break;
    case FieldType::kMedia:
      config["fillable"] = json::array{"update"};
      config["virtual"] = true;
      set_default(config, "mime_types", json::array{});
      break;
    default:
      break;
  }
  set_default(config, "required", false);
}

void read_text(ConfigReader& config, Field& field) {
  field.min_length = config.count("minLength");
  field.max_length = config.count("maxLength");
  const auto pattern = config.text("pattern");
  if (!pattern || pattern->empty()) return;
  field.pattern_text = *pattern;
  auto compiled = codec::Regex::compile(*pattern);
  if (compiled) {
    field.pattern = std::move(*compiled);
  } else {
    config.refuse("\"pattern\": " + compiled.error().message);
  }
}

void read_number(ConfigReader& config, Field& field) {
  field.minimum = config.number("minimum");
  field.maximum = config.number("maximum");
  field.exclusive_minimum = config.number("exclusiveMinimum");
  field.exclusive_maximum = config.number("exclusiveMaximum");
  field.multiple_of = config.number("multipleOf");
  if (field.multiple_of && *field.multiple_of <= 0)
    config.refuse("\"multipleOf\" must be greater than 0");
}

void read_options(ConfigReader& config, Field& field) {
  const json::object* options = config.object("options");
  if (options == nullptr) return;
  ConfigReader reader(*options, "options");
  const json::array* values = reader.array("values");
  if (values == nullptr) return config.refuse("\"options\" must have \"values\"");
  for (const json::value& item : *values) {
    const json::value* value = item.is_object() ? item.get_object().if_contains("value") : &item;
    if (value == nullptr || !value->is_string()) return config.refuse("an option must be a string");
    field.options.emplace_back(value->get_string());
  }
}

// An empty default counts as none, as in bknd.
void check_enum_default(ConfigReader& config, Field& field) {
  if (!field.default_value) return;
  const json::value& given = *field.default_value;
  const std::string text =
      given.is_string() ? std::string(given.get_string()) : codec::to_json_text(given);
  if (text.empty()) {
    field.default_value.reset();
  } else if (std::find(field.options.begin(), field.options.end(), text) == field.options.end()) {
    config.refuse("Default value \"" + text + "\" is not a valid option");
  }
}

void read_json_schema(ConfigReader& config, const json::object& object, Field& field) {
  field.default_from_schema = config.boolean("default_from_schema").value_or(false);
  const json::value* schema = object.if_contains("schema");
  auto compiled =
      codec::JsonSchema::compile(schema != nullptr ? *schema : json::value(json::object{}));
  if (compiled) {
    field.schema = std::move(*compiled);
  } else {
    config.refuse("\"schema\": " + compiled.error().message);
  }
}

void read_own_members(ConfigReader& config, Field& field) {
  switch (field.type) {
    case FieldType::kText:
      return read_text(config, field);
    case FieldType::kNumber:
      return read_number(config, field);
    case FieldType::kDate:
      return read_choice(config, "type", kDateKinds, field.date_kind);
    case FieldType::kEnum:
      read_options(config, field);
      return check_enum_default(config, field);
    case FieldType::kJsonSchema:
      return read_json_schema(config, field.config, field);
    case FieldType::kRelation:
      return read_choice(config, "on_delete", kOnDelete, field.on_delete);
    default:
      return;
  }
}

}  // namespace

const json::value* ConfigReader::member(std::string_view name) const {
  const json::value* value = config_.if_contains(name);
  return value != nullptr && value->is_null() ? nullptr : value;
}

std::optional<std::string> ConfigReader::text(std::string_view name) {
  const json::value* value = member(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  refuse("\"" + std::string(name) + "\" must be a string");
  return std::nullopt;
}

std::optional<bool> ConfigReader::boolean(std::string_view name) {
  const json::value* value = member(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  refuse("\"" + std::string(name) + "\" must be a boolean");
  return std::nullopt;
}

std::optional<double> ConfigReader::number(std::string_view name) {
  const json::value* value = member(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  refuse("\"" + std::string(name) + "\" must be a number");
  return std::nullopt;
}

std::optional<std::uint64_t> ConfigReader::count(std::string_view name) {
  const auto value = number(name);
  if (!value) return std::nullopt;
  constexpr double kMost = 9007199254740992;  // 2^53
  if (*value >= 0 && *value <= kMost) return static_cast<std::uint64_t>(std::ceil(*value));
  refuse("\"" + std::string(name) + "\" must not be negative");
  return std::nullopt;
}

const json::object* ConfigReader::object(std::string_view name) {
  const json::value* value = member(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) refuse("\"" + std::string(name) + "\" must be an object");
  return value->if_object();
}

const json::array* ConfigReader::array(std::string_view name) {
  const json::value* value = member(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) refuse("\"" + std::string(name) + "\" must be an array");
  return value->if_array();
}

void ConfigReader::refuse(std::string reason) {
  if (refusal_.empty()) refusal_ = std::move(reason);
}

Result<> ConfigReader::status() const {
  if (refusal_.empty()) return {};
  return fail(Errc::kInvalid, "Invalid configuration of " + owner_ + ": " + refusal_);
}

Result<> check_name(std::string_view what, std::string_view name) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  std::string_view reason;
  if (name.empty()) {
    reason = "must not be empty";
  } else if (name.size() > kMaxNameBytes) {
    reason = "must be at most 64 bytes long";
  } else if (name.front() == '$') {
    reason = "must not begin with \"$\"";
  } else if (name.find('.') != std::string_view::npos) {
    reason = "must not contain \".\"";
  } else if (std::any_of(name.begin(), name.end(), is_control)) {
    reason = "must not contain control characters";
  }
  if (reason.empty()) return {};
  std::string message(what);
  message.append(" name ");
  codec::append_json_string(message, name.substr(0, 2 * kMaxNameBytes));
  return fail(Errc::kInvalid, message.append(" ").append(reason));
}

Result<std::unique_ptr<Field>> make_field(
    std::string_view entity,
    std::string_view name,
    std::string_view type,
    const json::object& config
) {
  if (auto valid = check_name("Field", name); !valid)
    return std::unexpected(std::move(valid.error()));
  const std::string owner = "field \"" + std::string(entity) + "." + std::string(name) + "\"";
  const auto known = find_named(kFieldTypes, type);
  if (!known) {
    return fail(
        Errc::kInvalid,
        "Invalid configuration of " + owner + ": unknown type \"" + std::string(type) + "\""
    );
  }
  auto field = std::make_unique<Field>();
  field->name = name;
  codec::append_json_string(field->member, name);
  field->member += ':';
  field->type = *known;
  field->config = config;
  fill_defaults(*known, field->config);
  ConfigReader reader(field->config, owner);
  field->required = reader.boolean("required").value_or(false);
  field->is_virtual = reader.boolean("virtual").value_or(false);
  read_contexts(reader, field->config, "hidden", field->hidden);
  read_contexts(reader, field->config, "fillable", field->fillable);
  const json::value* default_value = field->config.if_contains("default_value");
  if (default_value != nullptr && !default_value->is_null()) field->default_value = *default_value;
  read_own_members(reader, *field);
  if (auto valid = reader.status(); !valid) return std::unexpected(std::move(valid.error()));
  return field;
}

Result<std::unique_ptr<Field>> make_relation_field(
    std::string_view entity,
    std::string_view reference,
    const Entity& target,
    bool required,
    std::string_view label,
    const json::object& extra
) {
  const std::string& target_field = target.primary().name;
  json::object config;
  if (!label.empty()) config["label"] = label;
  for (const auto& [name, value] : extra)
    config[name] = value;
  config["required"] = required;
  config["reference"] = reference;
  config["target"] = target.name;
  config["target_field"] = target_field;
  config["target_field_type"] = target.uuid_keys ? "text" : "integer";
  return make_field(entity, std::string(reference) + "_" + target_field, "relation", config);
}

std::string label_of(std::string_view name) {
  std::string label;
  bool at_start = true;
  for (const char c : name) {
    if (c == '_') {
      label.push_back(' ');
      at_start = true;
      continue;
    }
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_lower = c >= 'a' && c <= 'z';
    if (at_start && is_lower) {
      label.push_back(static_cast<char>(c - ('a' - 'A')));
    } else if (!at_start && is_upper) {
      label.push_back(static_cast<char>(c + ('a' - 'A')));
    } else {
      label.push_back(c);
    }
    at_start = false;
  }
  return label;
}

void set_default(json::object& config, std::string_view name, json::value value) {
  if (!config.contains(name)) config.emplace(name, std::move(value));
}

}  // namespace noded::database
