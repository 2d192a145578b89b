// Why a data configuration cannot be built: every reason, where Schema::build names the first.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace noded::database {

struct SchemaObstacle {
  std::string place;  // "entities/posts", "indices/by_slug", "relations/n1_posts_users"
  std::string reason;
};

// `data` was checked against the module's JSON schema. Empty when it can be built. With more than
// 500 entities, relations and indices together only the first reason. Pure.
std::vector<SchemaObstacle> find_obstacles(const boost::json::object& data);

}  // namespace noded::database
