// JsonSchema: a compiled JSON Schema (the keywords of draft 2019-09 that bknd's jsonv-ts knows), and the errors it gives, worded
// as jsonv-ts words them, since clients see them. Immutable once compiled; validate() is thread-safe.
#pragma once

#include "noded/result.hpp"

#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <vector>

namespace noded::codec {

struct SchemaError {
  std::string keyword_location;   // "/properties/limit/type"
  std::string instance_location;  // "/limit"; "/" for the whole
  std::string error;              // "Expected number"
  boost::json::value data;        // the offending part
};

class JsonSchema {
 public:
  // Errors: kInvalid with the location of what cannot be compiled (unknown type, bad pattern, unresolvable $ref).
  static Result<std::shared_ptr<const JsonSchema>> compile(const boost::json::value& schema);
  ~JsonSchema();

  // All errors, outermost first; empty when valid. Depth- and work-bounded.
  std::vector<SchemaError> validate(const boost::json::value& instance) const;
  // The template of the schema's defaults: an object with each property's default, or null.
  boost::json::value template_of_defaults() const;
  const boost::json::value& source() const;

 private:
  struct Compiled;
  JsonSchema() = default;
  std::unique_ptr<const Compiled> compiled_;
};

// {"valid":false,"errors":[…],"schema":…}: bknd's answer to a request that fails validation.
std::string validation_answer(const std::vector<SchemaError>& errors, const boost::json::value& schema);
// [{"keywordLocation",…}] alone.
boost::json::array to_json(const std::vector<SchemaError>& errors);

}  // namespace noded::codec
