// Schema: the application's entities, fields, relations and indices, built from bknd's `data`
// configuration (docs: bknd's HTTP contract, chapters 5 and 6). Immutable once built and shared by
// all who began a request with it.
#pragma once

#include "noded/result.hpp"

#include "codec/json_schema.hpp"
#include "codec/regex.hpp"
#include "repository/database/value.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace noded::database {

namespace json = boost::json;

enum class FieldType : std::uint8_t {
  kPrimary,
  kText,
  kNumber,
  kBoolean,
  kDate,
  kEnum,
  kJson,
  kJsonSchema,
  kRelation,
  kMedia,
};

// Where a field may be hidden or fillable; a bit each.
enum class Context : std::uint8_t {
  kCreate = 1,
  kRead = 2,
  kUpdate = 4,
  kDelete = 8,
  kForm = 16,
  kTable = 32,
  kSubmit = 64,
};
using ContextSet = std::uint8_t;
constexpr bool contains(ContextSet set, Context context) {
  return (set & static_cast<std::uint8_t>(context)) != 0;
}

enum class DateKind : std::uint8_t { kDate, kDatetime, kWeek };
enum class OnDelete : std::uint8_t { kSetNull, kCascade, kSetDefault, kRestrict, kNoAction };

struct Entity;

struct Field {
  std::uint16_t id =
      0;  // of the store, stable over changes of the configuration; the primary key is 0
  std::string name;
  std::string member;  // "name": as a JSON object has it
  FieldType type = FieldType::kText;
  json::object config;  // with bknd's defaults filled in, as a dump shows it

  bool required = false;
  bool is_virtual = false;  // media: holds nothing itself
  ContextSet hidden = 0;
  ContextSet fillable = 0x7f;
  std::optional<json::value> default_value;  // as configured

  // kText
  std::optional<std::uint64_t> min_length, max_length;  // UTF-16 code units
  std::string pattern_text;
  std::shared_ptr<const codec::Regex> pattern;
  // kNumber
  std::optional<double> minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;
  // kDate
  DateKind date_kind = DateKind::kDatetime;
  // kEnum
  std::vector<std::string> options;
  // kJsonSchema
  std::shared_ptr<const codec::JsonSchema> schema;
  bool default_from_schema = false;
  // kRelation
  const Entity* target = nullptr;
  OnDelete on_delete = OnDelete::kSetNull;

  bool is_hidden(Context context) const { return contains(hidden, context); }
  bool is_fillable(Context context) const { return contains(fillable, context); }
};

struct Index {
  std::uint32_t id = 0;  // of the store, stable
  std::string name;
  const Entity* entity = nullptr;
  std::vector<const Field*> fields;
  bool unique = false;
  bool implicit = false;  // made by us for a relation field; not part of a configuration dump
  bool ready = true;      // false while it is being filled: maintained by writes, not used by reads
};

enum class RelationType : std::uint8_t { kManyToOne, kOneToOne, kManyToMany, kPolymorphic };

struct Relation {
  std::string name;  // as dumped: n1_posts_authors
  RelationType type = RelationType::kManyToOne;
  const Entity* source = nullptr;
  const Entity* target = nullptr;
  json::object config;  // as dumped
  bool required = false;
  std::uint32_t with_limit = 5;
  std::string source_name;     // what the target calls the source (inversedBy or the source's name)
  std::string target_name;     // what the source calls the target (mappedBy or the target's name)
  const Field* key = nullptr;  // n:1, 1:1: the field on source
  const Entity* through = nullptr;        // m:n: the connection entity
  const Field* through_source = nullptr;  // its two relation fields
  const Field* through_target = nullptr;
  const Field* poly_reference = nullptr;  // poly: text "<source>.<mappedBy>" on target
  const Field* poly_key = nullptr;        // poly: text of the source's id on target
};

// A relation as one of its entities sees it under a name: what `with`, `join`, dotted where and
// read-by-reference follow.
struct Reference {
  enum class Kind : std::uint8_t {
    kOwnKey,    // this entity's `relation->key` holds the other's id: at most one
    kTheirKey,  // the other's `relation->key` holds this id: many, or one if 1:1
    kThrough,   // rows of `relation->through` hold both
    kPoly,      // the other holds (reference text, this id as text)
  };
  std::string name;
  Kind kind = Kind::kOwnKey;
  const Relation* relation = nullptr;
  const Entity* other = nullptr;
  bool single = false;       // `with` gives an object or null instead of an array
  bool listable = false;     // may be read by reference
  bool from_source = false;  // this entity is the relation's source
};

// A relation field that points at an entity, as that entity sees it.
struct Referrer {
  const Entity* entity = nullptr;  // whose field it is
  const Field* key = nullptr;
  bool is_connection = false;  // rows of an m:n connection: they go with either end
};

enum class EntityType : std::uint8_t { kRegular, kSystem, kGenerated };

struct Entity {
  std::uint32_t id = 0;  // of the store, stable
  std::string name;
  EntityType type = EntityType::kRegular;
  json::object config;  // as dumped
  bool uuid_keys = false;
  std::vector<std::unique_ptr<Field>>
      fields;                         // declared order: primary first, relation fields last
  std::vector<const Field*> visible;  // what a read without select shows, in order
  std::vector<const Index*> indices;  // incl. implicit ones
  std::vector<Reference> references;  // bknd's order: see references() of the info route
  std::vector<Referrer> referrers;    // who may hold keys of its rows: for deletion
  std::string sort_field = "id";
  bool sort_descending = false;

  const Field* find_field(std::string_view field_name) const;
  const Reference* find_reference(std::string_view reference_name) const;
  const Field& primary() const { return *fields.front(); }
};

// Names to stable numbers. Only grows: an entity or field that is removed keeps its number and its
// stored rows, and finds them again when it comes back. Stored as JSON beside the configuration.
class Catalog {
 public:
  static Result<Catalog> parse(std::string_view text);  // empty text = an empty catalogue
  std::string serialise() const;

  std::uint32_t entity(std::string_view name);  // assigns when new
  std::uint16_t field(
      std::uint32_t entity, std::string_view name
  );  // assigns when new: 1 …; 0 once all 65535 are taken
  // By entity, field ids and uniqueness; `is_new` tells that its entries have yet to be built.
  std::uint32_t index(
      std::uint32_t entity, const std::vector<std::uint16_t>& fields, bool unique, bool& is_new
  );
  void forget_index(std::uint32_t id);  // its entries were dropped

  // index id → (entity, fields, unique) of all that hold entries
  struct IndexKey {
    std::uint32_t entity;
    std::vector<std::uint16_t> fields;
    bool unique;
    friend auto operator<=>(const IndexKey&, const IndexKey&) = default;
  };
  const std::map<IndexKey, std::uint32_t>& indices() const { return indices_; }
  // name → id of all that ever were
  const std::map<std::string, std::uint32_t, std::less<>>& entities() const { return entities_; }

  friend bool operator==(const Catalog&, const Catalog&) = default;

 private:
  std::map<std::string, std::uint32_t, std::less<>> entities_;
  std::map<std::pair<std::uint32_t, std::string>, std::uint16_t> fields_;
  std::map<IndexKey, std::uint32_t> indices_;
  std::uint32_t next_entity_ = 1;
  std::uint32_t next_index_ = 1;
};

class Schema {
 public:
  // Builds from the `data` configuration (already checked against the module's JSON schema). Takes
  // new numbers from `catalog`. Errors: kInvalid naming entity and field: unknown target, enum
  // default that is no option, field of an index that is not declared, two relations under one
  // name, bad pattern, bad schema. Indices that the catalogue did not know before are not `ready`
  // unless `indices_are_filled`.
  static Result<std::shared_ptr<const Schema>> build(
      const json::object& data, Catalog& catalog, bool indices_are_filled
  );
  // The schema of `data` that maintains also those indices of `next` whose numbers are in
  // `filling`, as not `ready`. Keeps `next` alive. For filling indices while the present schema
  // serves.
  static Result<std::shared_ptr<const Schema>> build_while_filling(
      const json::object& data,
      Catalog& catalog,
      std::shared_ptr<const Schema> next,
      const std::vector<std::uint32_t>& filling
  );

  const Entity* find(std::string_view entity_name) const;
  const std::vector<std::unique_ptr<Entity>>& entities() const { return entities_; }
  const std::vector<std::unique_ptr<Relation>>& relations() const { return relations_; }
  const std::vector<std::unique_ptr<Index>>& indices() const { return indices_; }

  // {entities, relations, indices} as bknd's GET /api/data shows them: defaults filled in, id
  // first, relations under their dumped names.
  json::object dump() const;

 private:
  friend class SchemaBuilder;
  std::shared_ptr<const Schema> next_;  // of build_while_filling
  std::vector<std::unique_ptr<Entity>> entities_;
  std::vector<std::unique_ptr<Relation>> relations_;
  std::vector<std::unique_ptr<Index>> indices_;
  std::unordered_map<std::string_view, const Entity*> by_name_;
};

}  // namespace noded::database
