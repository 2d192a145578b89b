// RowInput: from the members of a request's object to stored values of one entity: which fields may
// be written, conversions, the forms of relations (bknd's HTTP contract, chapters 5 and 6). Looks
// up the rows that relations point at.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace noded::database {

class Writer;

struct Assignment {
  const Field* field;
  Value value;
};

class RowInput {
 public:
  // `context` is kCreate or kUpdate. `writer` creates the other end of a 1:1 relation. All must
  // outlive it.
  RowInput(
      std::uint16_t application,
      Transaction& transaction,
      Writer& writer,
      const Entity& entity,
      Context context,
      bool system_fields
  )
      : application_(application),
        transaction_(transaction),
        writer_(writer),
        entity_(entity),
        context_(context),
        system_fields_(system_fields) {}

  // The defaults of fields that `given` leaves out (on create), then what is given; a later one of
  // a field wins. Errors: as Writer::create; kInvalid when nothing is left to write.
  Result<std::vector<Assignment>> read(const json::object& given);

 private:
  Result<> read_default(const Field& field);
  Result<> read_member(std::string_view name, const json::value& given);
  Result<> read_field(const Field& field, const json::value& given);
  Result<> read_reference(const Reference& reference, const json::value& given);
  Result<> create_other_end(const Reference& reference, const json::value& given);
  Result<> set_key(const Field& field, std::string_view name, const json::value& given);
  Result<> require_fillable(const Field& field) const;
  std::unexpected<Error> unknown_field(std::string_view name) const;

  std::uint16_t application_;
  Transaction& transaction_;
  Writer& writer_;
  const Entity& entity_;
  Context context_;
  bool system_fields_;
  std::vector<Assignment> assignments_;
};

// The conflict token of everything that comes to refer to a row: announced by who writes a
// reference, observed by who deletes the row, so that no reference outlives it.
std::string reference_token(std::uint16_t application, const Entity& target, const RowKey& key);

}  // namespace noded::database
