#include "repository/database/row_input.hpp"

#include "repository/database/field_value.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/operand.hpp"
#include "repository/database/writer.hpp"

#include <algorithm>

namespace noded::database {
namespace {

constexpr std::string_view kOperations[] = {"$set", "$create", "$attach", "$detach"};

std::unexpected<Error> invalid(std::string message) {
  return fail(Errc::kInvalid, std::move(message));
}

// The first key as ECMAScript lists them: "0" of an array, "undefined" of what is empty.
std::string first_key(const json::value& given) {
  if (given.is_array()) return given.get_array().empty() ? "undefined" : "0";
  const json::object& object = given.get_object();
  return object.empty() ? "undefined" : std::string(object.begin()->key());
}

}  // namespace

Result<std::vector<Assignment>> RowInput::read(const json::object& given) {
  assignments_.clear();
  if (context_ == Context::kCreate) {
    for (const auto& field : entity_.fields) {
      if (!field->default_value || field->is_virtual || given.contains(field->name)) continue;
      if (auto read = read_default(*field); !read) return std::unexpected(std::move(read.error()));
    }
  }
  for (const auto& [name, value] : given) {
    if (auto read = read_member(name, value); !read)
      return std::unexpected(std::move(read.error()));
  }
  if (assignments_.empty()) return invalid("No data left to update \"" + entity_.name + "\"");
  return std::move(assignments_);
}

Result<> RowInput::read_default(const Field& field) {
  if (field.type == FieldType::kRelation) return set_key(field, field.name, *field.default_value);
  auto value = default_of(field);
  if (!value) return std::unexpected(std::move(value.error()));
  assignments_.push_back({&field, std::move(*value)});
  return {};
}

// A relation's key, then a reference, then any other field: bknd's order where names coincide.
Result<> RowInput::read_member(std::string_view name, const json::value& given) {
  const Field* field = entity_.find_field(name);
  if (field != nullptr && field->type == FieldType::kRelation) {
    if (auto allowed = require_fillable(*field); !allowed) return allowed;
    return set_key(*field, name, given);
  }
  const Reference* reference = entity_.find_reference(name);
  if (reference != nullptr) return read_reference(*reference, given);
  if (field == nullptr) return unknown_field(name);
  return read_field(*field, given);
}

Result<> RowInput::read_field(const Field& field, const json::value& given) {
  if (auto allowed = require_fillable(field); !allowed) return allowed;
  auto value = to_stored(field, given);
  if (!value) return std::unexpected(std::move(value.error()));
  assignments_.push_back({&field, std::move(*value)});
  return {};
}

Result<> RowInput::read_reference(const Reference& reference, const json::value& given) {
  if (!given.is_structured()) {
    return invalid(
        "Invalid value for relation \"" + reference.name +
        "\" given, expected object to persist reference. Like '{$set: {id: 1}}'."
    );
  }
  const std::string operation = first_key(given);
  if (std::find(std::begin(kOperations), std::end(kOperations), operation) ==
      std::end(kOperations)) {
    return invalid(
        "Invalid operation \"" + operation + "\" for relation \"" + reference.name +
        "\". Allowed: $set, $create, $attach, $detach"
    );
  }
  const json::object& operations = given.get_object();
  if (operations.size() > 1) {
    return invalid(
        "Invalid value for relation \"" + reference.name + "\" given, expected one operation."
    );
  }
  const RelationType type = reference.relation->type;
  const bool is_own = reference.kind == Reference::Kind::kOwnKey;
  if (operation == "$create" && is_own && type == RelationType::kOneToOne) {
    return create_other_end(reference, operations.begin()->value());
  }
  if (operation != "$set" || !is_own || type != RelationType::kManyToOne)
    return invalid(operation + " is not allowed");
  const json::object* target = operations.begin()->value().if_object();
  if (target == nullptr || target->empty()) {
    return invalid(
        "Invalid value for relation field \"" + reference.name + "\" given, expected object."
    );
  }
  if (auto allowed = require_fillable(*reference.relation->key); !allowed) return allowed;
  return set_key(*reference.relation->key, reference.name, target->begin()->value());
}

Result<> RowInput::create_other_end(const Reference& reference, const json::value& given) {
  const Field& key = *reference.relation->key;
  if (auto allowed = require_fillable(key); !allowed) return allowed;
  if (!given.is_object()) {
    return invalid(
        "Invalid value for relation field \"" + reference.name + "\" given, expected object."
    );
  }
  auto created = writer_.create(*reference.other, std::span(&given.get_object(), 1));
  if (!created) {
    Error error = std::move(created.error());
    const bool is_input_error = error.code == Errc::kInvalid ||
                                error.code == Errc::kUnprocessable || error.code == Errc::kExists;
    if (is_input_error)
      error.message =
          "Error performing $create on \"" + reference.other->name + "\". " + error.message;
    return std::unexpected(std::move(error));
  }
  assignments_.push_back({&key, Value(created->front().value())});
  transaction_.announce(reference_token(application_, *reference.other, created->front()));
  return {};
}

Result<> RowInput::set_key(const Field& field, std::string_view name, const json::value& given) {
  if (given.is_null()) {
    if (field.required) {
      return fail(
          Errc::kUnprocessable,
          "Property \"" + field.name + "\" is required",
          "TransformPersistFailedException"
      );
    }
    assignments_.push_back({&field, Value()});
    return {};
  }
  if (given.is_structured()) {
    return invalid(
        "Invalid value for relation field \"" + field.name + "\" given, expected primitive."
    );
  }
  const Entity& target = *field.target;
  const auto key = key_of(field, given);
  bool exists = false;
  if (key) {
    // Into the read set: deleting the target meanwhile makes this transaction conflict. Its
    // deletion observes the token.
    std::string row;
    const auto found = transaction_.get(keys::row(application_, target, *key), row);
    if (!found) return std::unexpected(found.error());
    exists = *found;
    transaction_.announce(reference_token(application_, target, *key));
  }
  if (!exists) {
    std::string message = "Cannot connect \"" + entity_.name + ".";
    message.append(name)
        .append("\" to \"")
        .append(target.name)
        .append(".")
        .append(target.primary().name);
    return invalid(
        message.append("\" = \"").append(text_of_primitive(given)).append("\": not found.")
    );
  }
  assignments_.push_back({&field, Value(key->value())});
  return {};
}

Result<> RowInput::require_fillable(const Field& field) const {
  const bool stores_something = field.type != FieldType::kPrimary && !field.is_virtual;
  if (stores_something && (system_fields_ || field.is_fillable(context_))) return {};
  return invalid("Field \"" + field.name + "\" is not fillable on entity \"" + entity_.name + "\"");
}

std::unexpected<Error> RowInput::unknown_field(std::string_view name) const {
  std::string message =
      "Field \"" + std::string(name) + "\" not found on entity \"" + entity_.name + "\". Fields: ";
  std::string_view separator;
  for (const auto& field : entity_.fields) {
    // Fillable in some context is enough to be listed, as in bknd.
    if (field->is_virtual || field->fillable == 0) continue;
    message.append(separator).append(field->name);
    separator = ", ";
  }
  return invalid(std::move(message));
}

std::string reference_token(std::uint16_t application, const Entity& target, const RowKey& key) {
  return "reference " + keys::row(application, target, key);
}

}  // namespace noded::database
