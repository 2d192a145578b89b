// RecordFilter: which changes of records somebody wants to be told of: a topic filter in MQTT's
// form (MQTT 5.0 §4.7) over the topics $data/<entity>/<create|update|delete>/<id>. Immutable.
#pragma once

#include "noded/result.hpp"

#include "repository/database/change.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace noded::messages {

// "create", "update" or "delete".
std::string_view action_of(database::Change::Kind kind) noexcept;

class RecordFilter {
 public:
  static constexpr std::size_t kMostText = 1024;  // bytes

  // kInvalid saying what is wrong with it.
  static Result<RecordFilter> parse(std::string_view text);

  bool takes(std::string_view entity, database::Change::Kind kind, std::string_view id) const;
  // Empty: every entity.
  const std::string& entity() const { return entity_; }

 private:
  std::string entity_;
  std::optional<database::Change::Kind> kind_;
  std::string id_;  // empty: every row
};

}  // namespace noded::messages
