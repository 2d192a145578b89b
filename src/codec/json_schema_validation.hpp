// One run of a schema over an instance: its errors, its bounds and where it stands. Lives on one
// stack.
#pragma once

#include "codec/json_schema_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace noded::codec {

// Where the walk stands, in schema and instance: a list from the innermost step to the root, kept
// on the stack so that text is made only for errors.
class Place {
 public:
  Place() = default;
  // Below `parent` by up to two segments of the schema's path and one of the instance's; an empty
  // one adds nothing.
  Place(
      const Place& parent,
      std::string_view keyword,
      std::string_view keyword_part,
      std::string_view instance_part
  )
      : parent_(&parent),
        keyword_(keyword),
        keyword_part_(keyword_part),
        instance_part_(instance_part) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string keyword_location(std::string_view keyword) const;
  std::string instance_location() const;

 private:
  void append_keywords(std::string& out) const;
  void append_instances(std::string& out) const;

  const Place* parent_ = nullptr;
  std::string_view keyword_, keyword_part_, instance_part_;
};

class Validation {
 public:
  // Evaluates and reports. After the first keyword that fails the others of the schema still run.
  bool check(const SchemaNode& node, const boost::json::value& instance, const Place& place);
  // Evaluates without reporting; stops at the first failure.
  bool is_valid(const SchemaNode& node, const boost::json::value& instance, const Place& place);

  // Reports (unless the run is silent) that `keyword` refuses `data`; always false.
  bool refuse(
      std::string_view keyword,
      const Place& place,
      std::string error,
      const boost::json::value& data
  );
  // Whether the pattern matches; counts its cost.
  bool matches(const Regex& pattern, std::string_view text);
  // Takes `steps` from what the run may cost. False when nothing is left: the run then ends as
  // invalid.
  bool spend(std::size_t steps);

  bool is_silent() const { return silence_ > 0; }
  bool is_exhausted() const { return steps_left_ == 0; }
  std::vector<SchemaError> take_errors() { return std::move(errors_); }

 private:
  bool run(const SchemaNode& node, const boost::json::value& instance, const Place& place);

  std::vector<SchemaError> errors_;
  std::size_t steps_left_ = 1'000'000;
  int depth_ = 0;
  int silence_ = 0;
};

}  // namespace noded::codec
