// Obstacle: one reason why a configuration cannot be put in force.
#pragma once

#include <string>

namespace noded::system {

struct Obstacle {
  std::string place;  // "data/entities/posts/fields/title"; a module at least
  std::string reason;
};

}  // namespace noded::system
