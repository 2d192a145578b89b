// A plan of a change as the admin socket answers it:
//
// {"changes":bool,"obstacles":[{"place":text,"reason":text}],
//  "entities":[{"change":"added"|"removed","name":text,"rows":n}],
//  "fields":[{"change":"added"|"removed"|"changed","entity":text,"name":text,"members":[text]}],
//  "relations":[{"change":…,"name":text}],
//  "indices":[{"change":"added"|"removed"|"rebuilt","name":text,"entity":text,"fields":[text],
//              "unique":bool,"rows":n}],
//  "settings":[path],          what else differs, without values: they may be secrets
//  "rows":n,                   to be read
//  "rows_per_second":n|null,   of the last change; null: none filled yet
//  "seconds":n|null}           about
#pragma once

#include "modules/system/obstacle.hpp"
#include "repository/database/schema_plan.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace noded::system {

struct WholePlan {
  database::SchemaPlan schema;
  std::vector<std::string> settings;
  std::vector<Obstacle> obstacles;  // of all parts
  bool is_empty() const { return schema.is_empty() && settings.empty(); }
};

// Dotted paths at which two configurations {server, data, …} differ, but for entities' fields,
// relations and indices, which SchemaPlan knows.
std::vector<std::string> differing_settings(
    const boost::json::object& before, const boost::json::object& after
);

boost::json::object to_json(const WholePlan& plan);

}  // namespace noded::system
