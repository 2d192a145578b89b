// JsonSchema: a compiled JSON Schema of draft 2019-09 (and prefixItems and dependencies of its
// neighbours), without unevaluated* and dynamic references, and the errors it gives, worded as
// jsonv-ts words them, since clients see them. Lengths count code points. Immutable once compiled;
// validate() is thread-safe.
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
  // Errors: kInvalid with the location of what cannot be compiled (unknown type, bad pattern,
  // unresolvable $ref).
  static Result<std::shared_ptr<const JsonSchema>> compile(const boost::json::value& schema);
  ~JsonSchema();

  // Keyword by keyword as the schema has them ("type" first), the first invalid member of each
  // only; empty when valid. A value that would take too much work or depth gives the one error "The
  // value is too complex to be validated".
  std::vector<SchemaError> validate(const boost::json::value& instance) const;
  // The template of the schema's defaults, as jsonv-ts makes it: of an object the required members,
  // and all that have a default if it has a default itself; null when there is nothing.
  boost::json::value template_of_defaults() const;
  const boost::json::value& source() const;

 private:
  struct Compiled;
  JsonSchema() = default;
  std::unique_ptr<const Compiled> compiled_;
};

// {"valid":false,"errors":[…],"schema":…}: bknd's answer to a request that fails validation.
std::string validation_answer(
    const std::vector<SchemaError>& errors, const boost::json::value& schema
);
// [{"keywordLocation",…}] alone.
boost::json::array to_json(const std::vector<SchemaError>& errors);

}  // namespace noded::codec
